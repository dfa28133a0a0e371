using System.Buffers;
using System.Collections.Immutable;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>A chat that was asked for by <c>/v1/responses</c>.</summary>
/// <param name="turn">What is asked.</param>
/// <param name="echo">What the response repeats of it.</param>
/// <param name="summarises">Whether the client wants a summary of what the model thinks.</param>
/// <param name="freeform">The tools whose calls hold a text, and no arguments.</param>
internal sealed class ResponsesChat(ChatTurn turn, ResponseEcho echo, bool summarises, ImmutableHashSet<string> freeform) : ClientChat(turn)
{
    public override IClientStream ToStream(IBufferWriter<byte> output, AnswerNaming naming) =>
        new ResponsesStream(output, new ResponseJson(echo, naming), new ResponseItems(naming, summarises, freeform));

    public override IAnswerSink ToWhole(IBufferWriter<byte> output, AnswerNaming naming) =>
        new ResponsesAnswer(output, new ResponseJson(echo, naming), new ResponseItems(naming, summarises, freeform));
}
