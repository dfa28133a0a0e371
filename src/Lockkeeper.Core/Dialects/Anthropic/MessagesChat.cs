using System.Buffers;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>A request to <c>/v1/messages</c>.</summary>
internal sealed class MessagesChat(ChatTurn turn) : ClientChat(turn)
{
    public override IClientStream ToStream(IBufferWriter<byte> output, AnswerNaming naming) => new MessagesStream(output, naming, Turn.Stop);

    public override IAnswerSink ToWhole(IBufferWriter<byte> output, AnswerNaming naming) => new MessagesAnswer(output, naming, Turn.Stop);
}
