using System.Buffers;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>An engine that speaks <c>/v1/messages</c>.</summary>
internal sealed class AnthropicEngine : IEngineDialect
{
    public string ChatPath => "/v1/messages";

    public void WriteRequest(ChatTurn turn, IBufferWriter<byte> output) => MessagesRequestWriter.Write(turn, output);

    public IAnswerReader ReadStream(IAnswerSink sink) => new MessagesStreamReader(sink);

    public void ReadWhole(ReadOnlySpan<byte> json, IAnswerSink sink) => MessagesWholeReader.Read(json, sink);
}
