using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>A chat that was asked for by <c>/v1/responses</c>.</summary>
/// <param name="turn">What is asked.</param>
/// <param name="echo">What the response repeats of it.</param>
/// <param name="summarises">Whether the client wants a summary of what the model thinks.</param>
internal sealed class ResponsesChat(ChatTurn turn, ResponseEcho echo, bool summarises) : ClientChat(turn)
{
    public override IClientStream ToStream(IBufferWriter<byte> output, AnswerNaming naming) =>
        new ResponsesStream(output, new ResponseJson(echo, naming), new ResponseItems(naming, summarises));

    public override IAnswerSink ToWhole(IBufferWriter<byte> output, AnswerNaming naming) =>
        new ResponsesAnswer(output, new ResponseJson(echo, naming), new ResponseItems(naming, summarises));

    /// <summary>Speaks to the client of a response that an engine writes itself: until it begins, and should it break off.</summary>
    /// <param name="body">The request, a JSON object.</param>
    /// <param name="output">Where the events go.</param>
    /// <param name="naming">What the answer is called.</param>
    public static ResponsesStream Beside(in ReadOnlySequence<byte> body, IBufferWriter<byte> output, AnswerNaming naming)
    {
        using var request = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = BodyPeek.MaxDepth });
        return new ResponsesStream(output, new ResponseJson(ResponseEcho.Of(request.RootElement), naming), new ResponseItems(naming, summarises: false));
    }
}
