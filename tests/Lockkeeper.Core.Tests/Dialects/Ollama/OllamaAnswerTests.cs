using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class OllamaAnswerTests
{
    private const string End = "\"done\":true,\"done_reason\":\"length\",\"total_duration\":2000000000,\"load_duration\":1000000000,\"prompt_eval_count\":12,\"eval_count\":7,\"eval_duration\":0}";

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly AnswerNaming _naming = new("m", "r1", DateTimeOffset.UnixEpoch);
    private readonly AnswerClock _clock = new(() => TimeSpan.FromSeconds(2), () => TimeSpan.FromSeconds(1));

    [Fact]
    public void A_chat_is_answered_in_one_object() => Told(new OllamaChatAnswer(_output, _naming, _clock)).ShouldBe(
        """{"model":"m","created_at":"1970-01-01T00:00:02Z","message":{"role":"assistant","content":"ab\nrm [1]","thinking":"Hm","tool_calls":[{"id":"t1","function":{"index":0,"name":"ls","arguments":{"a":1}}}]},""" + End);

    [Fact]
    public void A_prompt_is_answered_in_one_object() => Told(new OllamaGenerateAnswer(_output, _naming, _clock)).ShouldBe(
        """{"model":"m","created_at":"1970-01-01T00:00:02Z","response":"ab\nrm [1]","thinking":"Hm","tool_calls":[{"id":"t1","function":{"index":0,"name":"ls","arguments":{"a":1}}}],""" + End);

    private string Told(OllamaAnswer answer)
    {
        answer.Begin();
        answer.Reasoning("H");
        answer.Reasoning("m");
        answer.Text("a");
        answer.Text("b");
        answer.ToolCall(0, "t1", "ls");
        answer.Arguments(0, "{\"a\":");
        answer.Arguments(0, "1}");
        answer.ToolCall(1, "t2", "rm");
        answer.Arguments(1, "[1]");
        answer.End(new AnswerEnd(AnswerFinish.Length, new TokenUsage(12, 7)));
        return Encoding.UTF8.GetString(_output.WrittenSpan);
    }
}
