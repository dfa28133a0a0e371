using System.Buffers;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>A chat that was asked for in OpenAI's dialect.</summary>
internal sealed class OpenAiChat(ChatTurn turn) : ClientChat(turn)
{
    public override IClientStream ToStream(IBufferWriter<byte> output, AnswerNaming naming) => new ChatStream(output, naming, Turn.IncludeUsage);

    public override IAnswerSink ToWhole(IBufferWriter<byte> output, AnswerNaming naming) => new ChatAnswer(output, naming);
}
