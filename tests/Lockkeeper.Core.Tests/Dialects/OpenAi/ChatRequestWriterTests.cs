using System.Buffers;
using System.Text;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.OpenAi;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class ChatRequestWriterTests
{
    [Fact]
    public void What_is_written_is_read_as_the_same() => FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Arb.From(Turns.Any), turn =>
    {
        ChatRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Write(turn)))).Holds(out var chat, out var error).ShouldBeTrue(error?.Message);

        // Counts are always asked for, and a tool that need not be strict is one of which nothing is said.
        var expected = turn with { IncludeUsage = turn.Stream, Tools = [.. turn.Tools.Select(tool => tool with { Strict = tool.Strict == true ? true : null })] };
        Turns.Describe(chat!.Turn).ShouldBe(Turns.Describe(expected));
    }));

    [Fact]
    public void A_whole_request_is_written_so() => Write(new ChatTurn
    {
        Model = "m",
        Stream = true,
        MaxTokens = 9,
        Sampling = new Sampling { Temperature = 0.5, RepeatPenalty = 1.1 },
        Stop = ["x"],
        Thinking = new Thinking(true, "low", 2000),
        TemplateKwargs = """{"a":1,"enable_thinking":"?"}""",
        Tools = [new ToolSpec("f", "does", """{"type":"object"}""", true)],
        ToolChoice = new ToolChoice(ToolChoiceKind.Named, "f"),
        ParallelToolCalls = false,
        Format = new AnswerFormat(),
        Messages = [new ChatMessage(ChatRole.User, [new ChatPart.Text("hi \"you\" 🙂")])],
    }).ShouldBe("""{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":9,"temperature":0.5,"repeat_penalty":1.1,"repetition_penalty":1.1,"stop":["x"]"""
        + ""","reasoning_effort":"low","thinking_budget_tokens":2000,"chat_template_kwargs":{"a":1,"enable_thinking":true}"""
        + ""","tools":[{"type":"function","function":{"name":"f","description":"does","parameters":{"type":"object"},"strict":true}}],"tool_choice":{"type":"function","function":{"name":"f"}}"""
        + ""","parallel_tool_calls":false,"response_format":{"type":"json_object"},"messages":[{"role":"user","content":"hi \"you\" \uD83D\uDE42"}]}""");

    [Fact]
    public void System_messages_in_a_row_are_one_and_others_stay_where_they_are() => Messages(
        new ChatMessage(ChatRole.System, [new ChatPart.Text("a"), new ChatPart.Text("b")]),
        new ChatMessage(ChatRole.System, [new ChatPart.Text("c")]),
        new ChatMessage(ChatRole.User, []),
        new ChatMessage(ChatRole.System, [new ChatPart.Text("d")]))
        .ShouldBe("""[{"role":"system","content":"a\n\nb\n\nc"},{"role":"user","content":""},{"role":"system","content":"d"}]""");

    [Fact]
    public void Images_of_a_tool_follow_as_the_users() => Messages(
        new ChatMessage(ChatRole.Tool,
        [
            new ChatPart.ToolResult("1", "shot", [new ChatPart.Media("data:image/png;base64,AA==")]),
            new ChatPart.ToolResult("2", null, [new ChatPart.Text("x"), new ChatPart.Text("y")], IsError: true),
        ]))
        .ShouldBe("""[{"role":"tool","tool_call_id":"1","name":"shot","content":"See the next message."},{"role":"tool","tool_call_id":"2","content":"Error: x\ny"},"""
            + """{"role":"user","content":[{"type":"text","text":"What the tool has returned:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}]""");

    [Fact]
    public void The_assistant_says_what_it_thought_and_called() => Messages(
        new ChatMessage(ChatRole.Assistant, [new ChatPart.Reasoning("", "hidden"), new ChatPart.Reasoning("hm", "sig"), new ChatPart.ToolCall("1", "f", "{}")]),
        new ChatMessage(ChatRole.Assistant, [new ChatPart.Text("a"), new ChatPart.Text("b")]))
        .ShouldBe("""[{"role":"assistant","reasoning_content":"hm","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"assistant","content":"ab"}]""");

    [Fact]
    public void An_answer_that_is_to_be_gone_on_with_is_marked() =>
        Write(new ChatTurn { Model = "m", ContinuesLastMessage = true, Messages = [new ChatMessage(ChatRole.Assistant, [new ChatPart.Text("I")])] })
            .ShouldContain("\"continue_final_message\":true,\"add_generation_prompt\":false");

    private static string Messages(params ChatMessage[] messages)
    {
        var body = Write(new ChatTurn { Model = "m", Messages = [.. messages] });
        return body[(body.IndexOf("\"messages\":", StringComparison.Ordinal) + "\"messages\":".Length)..^1];
    }

    private static string Write(ChatTurn turn)
    {
        var output = new ArrayBufferWriter<byte>();
        ChatRequestWriter.Write(turn, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
