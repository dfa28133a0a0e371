using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Ollama;

public sealed class OllamaChatReaderTests
{
    [Fact]
    public void All_that_other_engines_can_do_is_read()
    {
        var request = Read("""
            {"model":"m","think":"high","format":{"type":"object"},"keep_alive":"5m","stream":false,
             "options":{"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.1,"seed":7,"num_predict":64,"num_ctx":8192,"num_gpu":99,"stop":["END"],"repeat_penalty":1.1,"presence_penalty":0.2,"frequency_penalty":0.3},
             "tools":[{"type":"function","function":{"name":"ls","description":"Lists","parameters":{"type":"object"}}}],
             "messages":[{"role":"system","content":"S"},{"role":"User","content":"Hi"}]}
            """).ShouldBeOfType<OllamaRequest.Chat>();
        var turn = request.Asked.Turn;
        Turns.Describe(turn).ShouldBe(Turns.Describe(new ChatTurn
        {
            Model = "m",
            MaxTokens = 64,
            Messages = [new ChatMessage(ChatRole.System, [new ChatPart.Text("S")]), new ChatMessage(ChatRole.User, [new ChatPart.Text("Hi")])],
            Sampling = new Sampling { Temperature = 0.5, TopP = 0.9, TopK = 40, MinP = 0.1, Seed = 7, RepeatPenalty = 1.1, PresencePenalty = 0.2, FrequencyPenalty = 0.3 },
            Stop = ["END"],
            Thinking = new Thinking(true, "high"),
            Format = new AnswerFormat("""{"type":"object"}"""),
            Tools = [new ToolSpec("ls", "Lists", """{"type":"object"}""")],
        }));
    }

    [Fact]
    public void A_client_that_says_nothing_gets_a_stream_of_any_length()
    {
        var turn = Turn("""{"model":"m","think":false,"format":"json","options":{"num_predict":-1,"stop":"END"},"messages":[{"role":"user","content":"Hi"}]}""");
        (turn.Stream, turn.MaxTokens, turn.Thinking, turn.Format).ShouldBe((true, null, new Thinking(false), new AnswerFormat()));
        turn.Stop.ShouldBe(["END"]);
    }

    [Fact]
    public void A_conversation_with_tools_is_read_as_it_went() => Messages("""
        [{"role":"user","content":"What?","images":["iVBORw0KGgoAAA","/9j/4AAQ","data:image/gif;base64,R0lG"]},
         {"role":"assistant","content":"Let me.","thinking":"Hm","tool_calls":[{"function":{"name":"ls","arguments":{"path":"/"}}},{"function":{"name":"pwd"}},{"id":"x1","function":{"index":2,"name":"ls","arguments":"{\"a\":1}"}}]},
         {"role":"tool","tool_name":"pwd","content":"/home"},{"role":"tool","content":"a b"},{"role":"tool","tool_call_id":"x1","content":"c"},
         {"role":"assistant","content":"Two"}]
        """).ShouldBe(
    [
        new ChatMessage(ChatRole.User,
        [
            new ChatPart.Media("data:image/png;base64,iVBORw0KGgoAAA"), new ChatPart.Media("data:image/jpeg;base64,/9j/4AAQ"), new ChatPart.Media("data:image/gif;base64,R0lG"), new ChatPart.Text("What?"),
        ]),
        new ChatMessage(ChatRole.Assistant,
        [
            new ChatPart.Reasoning("Hm"), new ChatPart.Text("Let me."),
            new ChatPart.ToolCall("call_0", "ls", """{"path":"/"}"""), new ChatPart.ToolCall("call_1", "pwd", "{}"), new ChatPart.ToolCall("x1", "ls", """{"a":1}"""),
        ]),
        new ChatMessage(ChatRole.Tool,
        [
            new ChatPart.ToolResult("call_1", "pwd", [new ChatPart.Text("/home")]),
            new ChatPart.ToolResult("call_0", "ls", [new ChatPart.Text("a b")]),
            new ChatPart.ToolResult("x1", "ls", [new ChatPart.Text("c")]),
        ]),
        new ChatMessage(ChatRole.Assistant, [new ChatPart.Text("Two")]),
    ]);

    [Theory]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"model":"m","messages":[],"keep_alive":"5m"}""")]
    public void A_request_without_messages_loads_the_model(string body) => Read(body).ShouldBeOfType<OllamaRequest.Load>().Model.ShouldBe("m");

    [Fact]
    public void A_request_without_messages_and_time_unloads_it() => Read("""{"model":"m","messages":[],"keep_alive":0}""").ShouldBeOfType<OllamaRequest.Unload>();

    [Theory]
    [InlineData("""{"messages":[]}""", "'model' is required.")]
    [InlineData("""{"model":"m","messages":{}}""", "'messages' must be an array, not an object.")]
    [InlineData("""{"model":"m","messages":[{"content":"a"}]}""", "'messages[0].role' is required.")]
    [InlineData("""{"model":"m","messages":[{"role":"bard","content":"a"}]}""", "'messages[0].role' must be 'system', 'user', 'assistant' or 'tool', not 'bard'.")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}""", "'messages[0].content' must be a string, not an array.")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a","images":["AAAA"]}]}""", "'messages[0].images[0]' must be a PNG, JPEG, WebP, GIF or BMP image in base64.")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":{}}}]}]}""", "'messages[0].tool_calls[0].function.name' is required.")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"think":"deeply"}""", "'think' must be true, false, \"low\", \"medium\" or \"high\", not 'deeply'.")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"format":"xml"}""", "'format' must be \"json\" or a JSON schema, not 'xml'.")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"options":{"temperature":"hot"}}""", "'options.temperature' must be a number, not a string.")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function"}]}""", "'tools[0].function' is required.")]
    public void A_wrong_request_is_told_where_it_is_wrong(string body, string message)
    {
        OllamaChatReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out _, out var error).ShouldBeFalse();
        (error!.Message, error.Status).ShouldBe((message, 400));
    }

    internal static ChatTurn Turn(string body) => Read(body).ShouldBeOfType<OllamaRequest.Chat>().Asked.Turn;

    private static ImmutableArray<ChatMessage> Messages(string messages) => Turn($$"""{"messages":{{messages}},"model":"m"}""").Messages;

    private static OllamaRequest Read(string body)
    {
        OllamaChatReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out var request, out var error).ShouldBeTrue(error?.Message);
        return request!;
    }
}
