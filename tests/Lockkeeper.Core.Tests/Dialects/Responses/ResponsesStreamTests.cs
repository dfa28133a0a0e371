using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Responses;

public sealed class ResponsesStreamTests
{
    private const string Before = """{"id":"resp_r1","object":"response","created_at":0,"status":""";
    private const string Model = "\"instructions\":null,\"max_output_tokens\":null,\"model\":\"qwen\",\"output\":[";
    private const string After = """],"previous_response_id":null,"store":false,"parallel_tool_calls":true,"reasoning":{"effort":null,"summary":null},"temperature":null,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":null,"truncation":"disabled","usage":""";
    private const string Fresh = Before + "\"in_progress\",\"error\":null,\"incomplete_details\":null," + Model + After + "null,\"user\":null,\"metadata\":{}}";

    private readonly ArrayBufferWriter<byte> _output = new();

    [Fact]
    public void Thoughts_text_and_calls_are_items_that_open_grow_and_close()
    {
        var stream = Stream();
        stream.ContentType.ShouldBe("text/event-stream");

        stream.Begin();
        stream.Reasoning("hm");
        stream.Text("Grü");
        stream.Text("ße\n");
        stream.ToolCall(0, "c1", "f");
        stream.Arguments(0, "{\"a\":");
        stream.Arguments(0, "1}");
        stream.ToolCall(1, "", "g");
        stream.End(new AnswerEnd(AnswerFinish.ToolCalls, new TokenUsage(10, 4) { Cached = 6, Reasoning = 2 }));

        const string Thought = """{"id":"rs_r1_0","type":"reasoning","status":"completed","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]}""";
        const string Said = """{"id":"msg_r1_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Grüße\n","annotations":[],"logprobs":[]}]}""";
        const string First = """{"id":"fc_r1_2","type":"function_call","call_id":"c1","name":"f","status":"completed","arguments":"{\"a\":1}"}""";
        const string Second = """{"id":"fc_r1_3","type":"function_call","call_id":"call_r1_1","name":"g","status":"completed","arguments":""}""";
        Written.ShouldBe(Events(
            ("response.created", "\"response\":" + Fresh),
            ("response.in_progress", "\"response\":" + Fresh),
            ("response.output_item.added", """ "output_index":0,"item":{"id":"rs_r1_0","type":"reasoning","status":"in_progress","summary":[],"content":[]}"""),
            ("response.content_part.added", """ "item_id":"rs_r1_0","output_index":0,"content_index":0,"part":{"type":"reasoning_text","text":""}"""),
            ("response.reasoning_text.delta", """ "item_id":"rs_r1_0","output_index":0,"content_index":0,"delta":"hm" """),
            ("response.reasoning_text.done", """ "item_id":"rs_r1_0","output_index":0,"content_index":0,"text":"hm" """),
            ("response.content_part.done", """ "item_id":"rs_r1_0","output_index":0,"content_index":0,"part":{"type":"reasoning_text","text":"hm"}"""),
            ("response.output_item.done", "\"output_index\":0,\"item\":" + Thought),
            ("response.output_item.added", """ "output_index":1,"item":{"id":"msg_r1_1","type":"message","status":"in_progress","role":"assistant","content":[]}"""),
            ("response.content_part.added", """ "item_id":"msg_r1_1","output_index":1,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}"""),
            ("response.output_text.delta", """ "item_id":"msg_r1_1","output_index":1,"content_index":0,"delta":"Grü","logprobs":[]"""),
            ("response.output_text.delta", """ "item_id":"msg_r1_1","output_index":1,"content_index":0,"delta":"ße\n","logprobs":[]"""),
            ("response.output_text.done", """ "item_id":"msg_r1_1","output_index":1,"content_index":0,"text":"Grüße\n","logprobs":[]"""),
            ("response.content_part.done", """ "item_id":"msg_r1_1","output_index":1,"content_index":0,"part":{"type":"output_text","text":"Grüße\n","annotations":[],"logprobs":[]}"""),
            ("response.output_item.done", "\"output_index\":1,\"item\":" + Said),
            ("response.output_item.added", """ "output_index":2,"item":{"id":"fc_r1_2","type":"function_call","call_id":"c1","name":"f","status":"in_progress","arguments":""}"""),
            ("response.function_call_arguments.delta", """ "item_id":"fc_r1_2","output_index":2,"delta":"{\"a\":" """),
            ("response.function_call_arguments.delta", """ "item_id":"fc_r1_2","output_index":2,"delta":"1}" """),
            ("response.function_call_arguments.done", """ "item_id":"fc_r1_2","output_index":2,"name":"f","arguments":"{\"a\":1}" """),
            ("response.output_item.done", "\"output_index\":2,\"item\":" + First),
            ("response.output_item.added", """ "output_index":3,"item":{"id":"fc_r1_3","type":"function_call","call_id":"call_r1_1","name":"g","status":"in_progress","arguments":""}"""),
            ("response.function_call_arguments.done", """ "item_id":"fc_r1_3","output_index":3,"name":"g","arguments":"" """),
            ("response.output_item.done", "\"output_index\":3,\"item\":" + Second),
            ("response.completed", "\"response\":" + Before + "\"completed\",\"error\":null,\"incomplete_details\":null," + Model + string.Join(',', Thought, Said, First, Second) + After
                + """{"input_tokens":10,"input_tokens_details":{"cached_tokens":6},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":14},"user":null,"metadata":{}}""")));
    }

    [Fact]
    public void A_call_of_a_freeform_tool_is_given_back_as_its_input_while_it_comes()
    {
        var stream = Stream("""
            "tools":[{"type":"custom","name":"patch"},{"type":"function","name":"f"}],
            """);
        stream.Begin();
        _output.ResetWrittenCount();

        stream.ToolCall(0, "c1", "patch");
        stream.Arguments(0, "{\"inp");
        stream.Arguments(0, "ut\": \"a\\");
        stream.Arguments(0, "nb");
        stream.Arguments(0, "\"}");
        stream.ToolCall(1, "", "patch");
        stream.Arguments(1, "raw");
        stream.ToolCall(2, "c3", "f");
        stream.Arguments(2, "{}");

        Written.ShouldBe(Events(2,
            ("response.output_item.added", """ "output_index":0,"item":{"id":"ctc_r1_0","type":"custom_tool_call","call_id":"c1","name":"patch","status":"in_progress","input":""}"""),
            ("response.custom_tool_call_input.delta", """ "item_id":"ctc_r1_0","output_index":0,"delta":"a" """),
            ("response.custom_tool_call_input.delta", """ "item_id":"ctc_r1_0","output_index":0,"delta":"\nb" """),
            ("response.custom_tool_call_input.done", """ "item_id":"ctc_r1_0","output_index":0,"input":"a\nb" """),
            ("response.output_item.done", """ "output_index":0,"item":{"id":"ctc_r1_0","type":"custom_tool_call","call_id":"c1","name":"patch","status":"completed","input":"a\nb"}"""),
            ("response.output_item.added", """ "output_index":1,"item":{"id":"ctc_r1_1","type":"custom_tool_call","call_id":"call_r1_1","name":"patch","status":"in_progress","input":""}"""),
            ("response.custom_tool_call_input.delta", """ "item_id":"ctc_r1_1","output_index":1,"delta":"raw" """),
            ("response.custom_tool_call_input.done", """ "item_id":"ctc_r1_1","output_index":1,"input":"raw" """),
            ("response.output_item.done", """ "output_index":1,"item":{"id":"ctc_r1_1","type":"custom_tool_call","call_id":"call_r1_1","name":"patch","status":"completed","input":"raw"}"""),
            ("response.output_item.added", """ "output_index":2,"item":{"id":"fc_r1_2","type":"function_call","call_id":"c3","name":"f","status":"in_progress","arguments":""}"""),
            ("response.function_call_arguments.delta", """ "item_id":"fc_r1_2","output_index":2,"delta":"{}" """)));
    }

    [Fact]
    public void Who_asks_for_a_summary_gets_the_thoughts_as_one()
    {
        var stream = Stream("\"reasoning\":{\"summary\":\"auto\"},");

        stream.Begin();
        stream.Reasoning("hm");
        stream.Text("x");

        Written.ShouldContain("event: response.reasoning_summary_part.added\ndata: {\"type\":\"response.reasoning_summary_part.added\",\"sequence_number\":3,\"item_id\":\"rs_r1_0\",\"output_index\":0,\"summary_index\":0,\"part\":{\"type\":\"summary_text\",\"text\":\"\"}}\n\n");
        Written.ShouldContain("event: response.reasoning_summary_text.delta\ndata: {\"type\":\"response.reasoning_summary_text.delta\",\"sequence_number\":4,\"item_id\":\"rs_r1_0\",\"output_index\":0,\"summary_index\":0,\"delta\":\"hm\"}\n\n");
        Written.ShouldContain("event: response.reasoning_summary_text.done\ndata: {\"type\":\"response.reasoning_summary_text.done\",\"sequence_number\":5,\"item_id\":\"rs_r1_0\",\"output_index\":0,\"summary_index\":0,\"text\":\"hm\"}\n\n");
        Written.ShouldContain("event: response.reasoning_summary_part.done\ndata: {\"type\":\"response.reasoning_summary_part.done\",\"sequence_number\":6,\"item_id\":\"rs_r1_0\",\"output_index\":0,\"summary_index\":0,\"part\":{\"type\":\"summary_text\",\"text\":\"hm\"}}\n\n");
        Written.ShouldContain("\"item\":{\"id\":\"rs_r1_0\",\"type\":\"reasoning\",\"status\":\"completed\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"hm\"}]}}\n\n");
    }

    [Fact]
    public void The_response_is_created_once_however_long_one_waits()
    {
        var stream = Stream();

        stream.Waiting("queued\n2");
        stream.Waiting("loading");
        stream.Begin();
        stream.Waiting("slow");
        stream.Remark("waited");

        Written.ShouldBe(": queued 2\n\n" + Events(("response.created", "\"response\":" + Fresh), ("response.in_progress", "\"response\":" + Fresh))
            + ": loading\n\n" + Events(2, ("response.in_progress", "\"response\":" + Fresh)) + ": slow\n\n: lockkeeper waited\n\n");
    }

    [Theory]
    [InlineData("Length", "max_output_tokens")]
    [InlineData("Filtered", "content_filter")]
    public void An_answer_that_was_cut_is_incomplete(string finish, string reason)
    {
        var stream = Stream();
        stream.Text("x");
        _output.ResetWrittenCount();

        stream.End(new AnswerEnd(Enum.Parse<AnswerFinish>(finish), null));

        Written.ShouldContain("\"item\":{\"id\":\"msg_r1_0\",\"type\":\"message\",\"status\":\"incomplete\"");
        var last = Data(Written)[^1];
        last.GetProperty("type").GetString().ShouldBe("response.incomplete");
        last.GetProperty("response").GetProperty("status").GetString().ShouldBe("incomplete");
        last.GetProperty("response").GetProperty("incomplete_details").GetProperty("reason").GetString().ShouldBe(reason);
    }

    [Fact]
    public void An_error_fails_the_response_once_and_keeps_what_was_whole()
    {
        var stream = Stream();
        stream.Begin();
        stream.ToolCall(0, "c1", "f");
        stream.Text("x");
        _output.ResetWrittenCount();

        stream.Fail(new AnswerFailure(400, "context_length_exceeded", "too \"long\""));
        stream.Error(new ErrorText(500, null, "again"));
        stream.End(new AnswerEnd(AnswerFinish.Stop, null));

        var only = Data(Written).ShouldHaveSingleItem();
        only.GetProperty("type").GetString().ShouldBe("response.failed");
        var response = only.GetProperty("response");
        response.GetProperty("status").GetString().ShouldBe("failed");
        response.GetProperty("error").GetRawText().ShouldBe("""{"code":"context_length_exceeded","message":"too \"long\""}""");
        response.GetProperty("output").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe("fc_r1_0");
    }

    [Theory]
    [InlineData(429, "rate_limit_exceeded")]
    [InlineData(400, "invalid_prompt")]
    [InlineData(503, "server_error")]
    public void An_error_without_a_code_gets_OpenAIs(int status, string code)
    {
        Stream().Error(new ErrorText(status, null, "no"));

        var events = Data(Written);
        events.Select(data => data.GetProperty("type").GetString()).ShouldBe(["response.created", "response.failed"]);
        events[^1].GetProperty("response").GetProperty("error").GetProperty("code").GetString().ShouldBe(code);
    }

    [Fact]
    public void The_response_repeats_what_was_asked()
    {
        var stream = Stream("""
            "instructions":"be \"brief\"","max_output_tokens":9,"temperature":0.5,"top_p":1,"parallel_tool_calls":false,"reasoning":{"effort":"low"},"text":{"format":{"type":"json_object"}},
            "tools":[{"type":"function","name":"f"},{"type":"web_search"}],"tool_choice":"required","truncation":"auto","user":"u","metadata":{"k":"v"},
            """);

        stream.Begin();

        var response = Data(Written)[0].GetProperty("response");
        string Of(string name) => response.GetProperty(name).GetRawText();
        string.Join('\n', ((string[])["instructions", "max_output_tokens", "temperature", "top_p", "parallel_tool_calls", "reasoning", "text", "tools", "tool_choice", "truncation", "user", "metadata"]).Select(Of)).ShouldBe("""
            "be \"brief\""
            9
            0.5
            1
            false
            {"effort":"low"}
            {"format":{"type":"json_object"}}
            [{"type":"function","name":"f"},{"type":"web_search"}]
            "required"
            "auto"
            "u"
            {"k":"v"}
            """);
    }

    private string Written => Encoding.UTF8.GetString(_output.WrittenSpan);

    private IClientStream Stream(string asked = "") =>
        ResponsesRequestReaderTests.ReadChat($$"""{"model":"qwen","stream":true,{{asked}}"input":"x"}""").ToStream(_output, new AnswerNaming("qwen", "r1", DateTimeOffset.UnixEpoch));

    private static List<JsonElement> Data(string events) =>
        [.. events.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];

    private static string Events(params (string Type, string Fields)[] events) => Events(0, events);

    /// <summary>Blanks at the ends of the fields are not theirs: they part the quotes of JSON from those of C#.</summary>
    private static string Events(int first, params (string Type, string Fields)[] events) =>
        string.Concat(events.Select((data, at) => $"event: {data.Type}\ndata: {{\"type\":\"{data.Type}\",\"sequence_number\":{first + at},{data.Fields.Trim(' ')}}}\n\n"));
}
