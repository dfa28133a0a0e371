using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Dialects.Ollama;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Scenarios;

/// <summary>A token passes from an engine's dialect into a client's without anything being allocated for it.</summary>
public sealed class TokensCostNoMemoryTests
{
    private static readonly AnswerNaming Naming = new("m", "r", DateTimeOffset.UnixEpoch);

    private static readonly byte[] AnthropicToken = Encoding.UTF8.GetBytes("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Grüße \\\"du\\\" \\ud83d\\ude00\"}}\n\n");

    private static readonly byte[] OllamaToken = Encoding.UTF8.GetBytes("{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"Grüße \\\"du\\\"\",\"thinking\":\"Hm\"},\"done\":false}\n");

    [Fact]
    public void From_Anthropic_to_Ollama() => Cost(AnthropicToken, sink => new AnthropicEngine().ReadStream(sink), output => new OllamaChatStream(output, Naming, AnswerClock.Stopped)).ShouldBe(0);

    [Fact]
    public void From_Ollama_to_Anthropic() => Cost(OllamaToken, sink => new OllamaEngine().ReadStream(sink), output => new MessagesStream(output, Naming, stops: [])).ShouldBe(0);

    private static long Cost(byte[] token, Func<IAnswerSink, IAnswerReader> read, Func<IBufferWriter<byte>, IClientStream> write)
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        var reader = read(write(output));
        long before = 0;
        for (var count = 0; count < 300; count++)
        {
            before = count == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            output.ResetWrittenCount();
            reader.Read(token.AsSpan(0, 20));
            reader.Read(token.AsSpan(20));
        }

        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WrittenCount.ShouldBeGreaterThan(0);
        return cost;
    }
}
