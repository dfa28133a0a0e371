using System.Buffers;

namespace Lockkeeper.Core.Dialects.Query;

/// <summary>A request to <c>/v1/query</c>.</summary>
internal sealed class QueryChat(ChatTurn turn) : ClientChat(turn)
{
    /// <summary>Whether a cloud answers, which the answer says; to be set before it is written.</summary>
    public bool IsCloud { get; set; }

    /// <summary>sluice has no streams: the answer comes when it is whole, and only spaces before it.</summary>
    public override IClientStream ToStream(IBufferWriter<byte> output, AnswerNaming naming) => new QueryAnswer(output, IsCloud);

    public override IAnswerSink ToWhole(IBufferWriter<byte> output, AnswerNaming naming) => new QueryAnswer(output, IsCloud);
}
