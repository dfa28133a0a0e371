using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Tests.Wire;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class ChatRequestReaderTests
{
    [Fact]
    public void Every_role_and_part_is_read()
    {
        var turn = Read("""
            {"model":"m","messages":[
              {"role":"developer","content":[{"type":"text","text":"be"},{"type":"text","text":"brief"}]},
              {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"https://a/b.png","detail":"low"}},{"type":"image_url","image_url":"data:image/png;base64,AA=="},
                {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="}}]},
              {"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"function":{"name":"g","arguments":{"b":2}}}]},
              {"role":"tool","tool_call_id":"c1","content":"one"},
              {"role":"tool","tool_call_id":"c0","content":null},
              {"role":"tool","tool_call_id":"c9","name":"x","content":[{"type":"text","text":"two"}]},
              {"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]}
            """);

        Turns.Describe(turn).ShouldStartWith("""
            System: Text { Value = be } | Text { Value = brief }
            User: Text { Value = look } | Media { Url = https://a/b.png, Detail = low, FileName =  } | Media { Url = data:image/png;base64,AA==, Detail = , FileName =  } | Media { Url = data:application/pdf;base64,AA==, Detail = , FileName = a.pdf }
            Assistant: Reasoning { Value = hm, Signature =  } | ToolCall { Id = c1, Name = f, Arguments = {"a":1} } | ToolCall { Id = call_2_1, Name = g, Arguments = {"b":2} }
            Tool: result c1 of f error False: Text { Value = one } | result c0 of  error False:  | result c9 of x error False: Text { Value = two }
            Assistant: Text { Value = no }
            """);
    }

    [Fact]
    public void The_older_functions_are_tools()
    {
        var turn = Read("""
            {"model":"m","functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"},"messages":[
              {"role":"user","content":"x"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"}]}
            """);

        turn.Tools.ShouldBe([new ToolSpec("f", null, """{"type":"object"}""")]);
        turn.ToolChoice.ShouldBe(new ToolChoice(ToolChoiceKind.Named, "f"));
        var call = turn.Messages[1].Parts.ShouldHaveSingleItem().ShouldBeOfType<ChatPart.ToolCall>();
        turn.Messages[2].Parts.ShouldHaveSingleItem().ShouldBe(new ChatPart.ToolResult(call.Id, "f", [new ChatPart.Text("1")]));
    }

    [Theory]
    [InlineData("\"auto\"", ToolChoiceKind.Auto, null)]
    [InlineData("\"none\"", ToolChoiceKind.None, null)]
    [InlineData("\"required\"", ToolChoiceKind.Required, null)]
    [InlineData("""{"type":"function","function":{"name":"g"}}""", ToolChoiceKind.Named, "g")]
    public void A_choice_of_tools_is_read(string choice, object kind, string? name) =>
        Read(WithTools($$""","tool_choice":{{choice}}""")).ToolChoice.ShouldBe(new ToolChoice((ToolChoiceKind)kind, name));

    [Fact]
    public void Tools_that_are_not_allowed_are_not_shown()
    {
        var turn = Read(WithTools(""","tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}}"""));

        turn.Tools.ShouldHaveSingleItem().Name.ShouldBe("g");
        turn.ToolChoice.ShouldBe(new ToolChoice(ToolChoiceKind.Required));
    }

    [Fact]
    public void What_engines_have_added_is_read()
    {
        var turn = Read(Asking("""
            "stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"max_completion_tokens":7,"stop":["a","b"],"seed":1,"top_k":2,"min_p":0.1,"repetition_penalty":1.1,
            "temperature":0,"top_p":1.0,"frequency_penalty":-1,"presence_penalty":2,"parallel_tool_calls":false,"reasoning_effort":"low",
            "chat_template_kwargs":{"enable_thinking":false,"x":{"y":1}},"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}},"unheard_of":[1]
            """));

        turn.Stream.ShouldBeTrue();
        turn.IncludeUsage.ShouldBeTrue();
        turn.MaxTokens.ShouldBe(7);
        turn.Stop.ShouldBe(["a", "b"]);
        turn.ParallelToolCalls.ShouldBe(false);
        turn.Thinking.ShouldBe(new Thinking(false, "low"));
        turn.TemplateKwargs.ShouldBe("""{"x":{"y":1}}""");
        turn.Format.ShouldBe(new AnswerFormat("""{"type":"object"}""", "n", true));
        turn.Sampling.ShouldBe(new Sampling { Temperature = 0, TopP = 1, TopK = 2, MinP = 0.1, Seed = 1, FrequencyPenalty = -1, PresencePenalty = 2, RepeatPenalty = 1.1 });
    }

    [Theory]
    [InlineData("\"reasoning_effort\":\"none\"", false, "none")]
    [InlineData("\"reasoning_effort\":\"high\"", true, "high")]
    [InlineData("\"enable_thinking\":true", true, null)]
    public void Thinking_is_asked_for_in_several_ways(string said, bool enabled, string? effort) => Read(Asking(said)).Thinking.ShouldBe(new Thinking(enabled, effort));

    [Theory]
    [InlineData("\"max_tokens\":-1")]
    [InlineData("\"stop\":null,\"response_format\":{\"type\":\"text\"},\"tools\":null,\"tool_choice\":null")]
    public void What_says_nothing_is_nothing(string said)
    {
        var turn = Read(Asking(said));

        Turns.Describe(turn with { Messages = [] }).ShouldBe(Turns.Describe(new ChatTurn { Model = "m" }));
    }

    [Theory]
    [InlineData("messages", """{"model":"m"}""")]
    [InlineData("messages", """{"model":"m","messages":[]}""")]
    [InlineData("messages[0]", """{"model":"m","messages":["hi"]}""")]
    [InlineData("messages[0].role", """{"model":"m","messages":[{"content":"x"}]}""")]
    [InlineData("messages[0].role", """{"model":"m","messages":[{"role":"boss","content":"x"}]}""")]
    [InlineData("messages[0].content", """{"model":"m","messages":[{"role":"user"}]}""")]
    [InlineData("messages[0].content", """{"model":"m","messages":[{"role":"user","content":7}]}""")]
    [InlineData("messages[1].content[0].type", """{"model":"m","messages":[{"role":"user","content":"x"},{"role":"user","content":[{"type":"video"}]}]}""")]
    [InlineData("messages[0].content[0].type", """{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}""")]
    [InlineData("messages[0].content[0].image_url.url", """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}""")]
    [InlineData("messages[0].content[0].file.file_id", """{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]}""")]
    [InlineData("messages[0].tool_calls[0].function.name", """{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{}"}}]}]}""")]
    [InlineData("messages[0].tool_calls[0].type", """{"model":"m","messages":[{"role":"assistant","tool_calls":[{"type":"custom"}]}]}""")]
    [InlineData("messages[0].tool_call_id", """{"model":"m","messages":[{"role":"tool","content":"x"}]}""")]
    [InlineData("tools[0].type", """{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"custom","custom":{"name":"c"}}]}""")]
    [InlineData("tools[0].function.name", """{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":""}}]}""")]
    [InlineData("tool_choice", """{"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"maybe"}""")]
    [InlineData("tool_choice", """{"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":3}""")]
    [InlineData("response_format.type", """{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"xml"}}""")]
    [InlineData("stop[1]", """{"model":"m","messages":[{"role":"user","content":"x"}],"stop":["a",1]}""")]
    [InlineData("temperature", """{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"hot"}""")]
    [InlineData("n", """{"model":"m","messages":[{"role":"user","content":"x"}],"n":2}""")]
    public void What_is_wrong_is_named_by_its_path(string path, string body)
    {
        ChatRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out _, out var error).ShouldBeFalse();

        error.ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe(path);
        error.Status.ShouldBe(400);
    }

    private static string Asking(string said) => $$$"""{"model":"m","messages":[{"role":"user","content":"x"}],{{{said}}}}""";

    private static string WithTools(string more) =>
        $$$"""{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]{{{more}}}}""";

    private static ChatTurn Read(string body)
    {
        JsonDocument.Parse(body).Dispose();
        ChatRequestReader.Read(Pieces.Of(Encoding.UTF8.GetBytes(body), 7)).Holds(out var chat, out var error).ShouldBeTrue(error?.Message);
        return chat!.Turn;
    }
}
