using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class ChatLinesTests
{
    private static readonly AnswerNaming Naming = new("m", "r1", DateTimeOffset.UnixEpoch);

    private readonly ArrayBufferWriter<byte> _output = new();

    [Fact]
    public void The_chunks_are_lines_and_the_last_line_says_so()
    {
        var lines = new ChatLines(_output, Naming, includeUsage: false);
        lines.ContentType.ShouldBe("application/x-ndjson");

        lines.Waiting("queued \"2\"");
        lines.Begin();
        lines.Text("a\nb");
        lines.End(new AnswerEnd(AnswerFinish.Stop, null));
        lines.Remark("waited");

        const string Head = """{"id":"chatcmpl-r1","object":"chat.completion.chunk","created":0,"model":"m","choices":[{"index":0,"delta":{""";
        Written.ShouldBe($$"""
            {"status":"queued \"2\""}
            {{Head}}"role":"assistant","content":""},"finish_reason":null}]}
            {{Head}}"content":"a\nb"},"finish_reason":null}]}
            {{Head}}},"finish_reason":"stop"}]}
            {"done":true}

            """);
    }

    [Fact]
    public void Every_line_is_JSON()
    {
        ChatStreamTests.Tell(new ChatLines(_output, Naming, includeUsage: true));

        foreach (var line in Written.Split('\n')[..^1])
        {
            JsonDocument.Parse(line).Dispose();
        }
    }

    [Fact]
    public void An_error_is_the_last_line()
    {
        new ChatLines(_output, Naming, includeUsage: false).Error(new ErrorText(500, "x", "no"));

        Written.ShouldBe("""{"error":{"message":"no","type":"server_error","param":null,"code":"x"}}""" + "\n");
    }

    private string Written => Encoding.UTF8.GetString(_output.WrittenSpan);
}
