using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class OllamaStreamTests
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly AnswerNaming _naming = new("qwen:4b", "r1", DateTimeOffset.UnixEpoch);
    private readonly AnswerClock _clock;
    private TimeSpan _now = TimeSpan.FromMilliseconds(1500);

    public OllamaStreamTests() => _clock = new AnswerClock(() => _now, () => TimeSpan.FromSeconds(1));

    [Fact]
    public void A_chat_is_answered_line_by_line_and_its_calls_whole()
    {
        Tell(new OllamaChatStream(_output, _naming, _clock));
        Written().ShouldBe("""
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:01.5Z","message":{"role":"assistant","content":""},"done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:02Z","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:02Z","message":{"role":"assistant","content":"Grüße \"du\"\n"},"done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:02Z","message":{"role":"assistant","content":"","tool_calls":[{"id":"t1","function":{"index":0,"name":"ls","arguments":{ "path": "/" }}}]},"done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:02Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"index":1,"name":"pwd","arguments":{}}}]},"done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:03Z","message":{"role":"assistant","content":"rm {\"path"},"done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:03Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":3000000000,"load_duration":1000000000,"prompt_eval_count":12,"prompt_eval_duration":250000000,"eval_count":7,"eval_duration":500000000}

            """);
    }

    [Fact]
    public void A_prompt_is_answered_line_by_line()
    {
        Tell(new OllamaGenerateStream(_output, _naming, _clock));
        Written().ShouldBe("""
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:01.5Z","response":"","done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:02Z","response":"","thinking":"Hm","done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:02Z","response":"Grüße \"du\"\n","done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:02Z","response":"","tool_calls":[{"id":"t1","function":{"index":0,"name":"ls","arguments":{ "path": "/" }}}],"done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:02Z","response":"","tool_calls":[{"function":{"index":1,"name":"pwd","arguments":{}}}],"done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:03Z","response":"rm {\"path","done":false}
            {"model":"qwen:4b","created_at":"1970-01-01T00:00:03Z","response":"","done":true,"done_reason":"stop","total_duration":3000000000,"load_duration":1000000000,"prompt_eval_count":12,"prompt_eval_duration":250000000,"eval_count":7,"eval_duration":500000000}

            """);
    }

    [Fact]
    public void An_engine_that_does_not_say_how_long_it_took_is_timed()
    {
        var stream = new OllamaChatStream(_output, _naming, _clock);
        stream.Begin();
        _now = TimeSpan.FromSeconds(4);
        stream.End(new AnswerEnd(AnswerFinish.Length, null));
        Written().ShouldEndWith("\"done\":true,\"done_reason\":\"length\",\"total_duration\":4000000000,\"load_duration\":1000000000,\"eval_duration\":2500000000}\n");
    }

    [Fact]
    public void An_error_is_a_line_and_is_said_once()
    {
        var stream = new OllamaChatStream(_output, _naming, _clock);
        stream.Error(new ErrorText(503, "queue_full", "Too \"busy\""));
        stream.Fail(new AnswerFailure(500, null, "late"));
        stream.Remark("nothing");
        Written().ShouldBe("{\"error\":\"Too \\\"busy\\\"\",\"code\":\"queue_full\"}\n");
        stream.ContentType.ShouldBe("application/x-ndjson");
    }

    private void Tell(OllamaStream stream)
    {
        stream.Waiting("loading");
        _now = TimeSpan.FromSeconds(2);
        stream.Begin();
        stream.Reasoning("Hm");
        stream.Signature("s");
        stream.Text("Grüße \"du\"\n");
        stream.ToolCall(0, "t1", "ls");
        stream.Arguments(0, "{\n\"path\":");
        stream.Arguments(0, " \"/\"\n}");
        stream.ToolCall(1, "", "pwd");
        stream.ToolCall(2, "t3", "rm");
        stream.Arguments(2, "{\"path");
        _now = TimeSpan.FromSeconds(3);
        stream.End(new AnswerEnd(AnswerFinish.ToolCalls, new TokenUsage(12, 7)) { Timings = new EngineTimings(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500)) });
    }

    private string Written() => Encoding.UTF8.GetString(_output.WrittenSpan);
}
