using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Responses;
using Lockkeeper.Core.Tests.Wire;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Responses;

public sealed class ResponsesRequestReaderTests
{
    [Fact]
    public void A_text_is_what_the_user_says()
    {
        var turn = Read("""{"model":"m","instructions":"be brief","input":"hi","stream":true,"max_output_tokens":5,"temperature":0.5,"top_p":0.9}""");

        Turns.Describe(turn).ShouldStartWith("System: Text { Value = be brief }\nUser: Text { Value = hi }");
        turn.Stream.ShouldBeTrue();
        turn.MaxTokens.ShouldBe(5);
        turn.Sampling.ShouldBe(new Sampling { Temperature = 0.5, TopP = 0.9 });
    }

    [Fact]
    public void The_assistants_items_are_one_message_and_results_follow() => Turns.Describe(Read("""
        {"model":"m","input":[
          {"type":"message","id":"msg_1","role":"developer","content":[{"type":"input_text","text":"rules"}]},
          {"role":"user","content":[{"type":"input_text","text":"look"},{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"high"},{"type":"input_file","filename":"a.pdf","file_data":"data:,x"}]},
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"in short"}],"content":null,"encrypted_content":null},
          {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look","annotations":[]}]},
          {"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"},
          {"type":"reasoning","summary":[{"type":"summary_text","text":"no"}],"content":[{"type":"reasoning_text","text":"in full"}]},
          {"type":"custom_tool_call","call_id":"c2","name":"patch","input":"a \"é\""},
          {"type":"web_search_call","id":"ws_1","status":"completed"},
          {"type":"function_call_output","call_id":"c1","output":"one"},
          {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"},{"type":"input_image","image_url":"data:image/png;base64,BB=="}]},
          {"type":"message","role":"assistant","content":"done"},
          {"type":"message","role":"assistant","content":"really"}]}
        """)).ShouldStartWith("""
        System: Text { Value = rules }
        User: Text { Value = look } | Media { Url = data:image/png;base64,AA==, Detail = high, FileName =  } | Media { Url = data:,x, Detail = , FileName = a.pdf }
        Assistant: Reasoning { Value = in short, Signature =  } | Text { Value = I look } | ToolCall { Id = c1, Name = f, Arguments = {"a":1} } | Reasoning { Value = in full, Signature =  } | ToolCall { Id = c2, Name = patch, Arguments = {"input":"a \"é\""} }
        Tool: result c1 of f error False: Text { Value = one } | result c2 of patch error False: Text { Value = two } | Media { Url = data:image/png;base64,BB==, Detail = , FileName =  }
        Assistant: Text { Value = done }
        Assistant: Text { Value = really }
        """);

    [Fact]
    public void What_Codex_sends_is_taken()
    {
        var turn = Read("""
            {"model":"m","stream":true,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],"tools":[
              {"type":"function","name":"exec_command","description":"Runs","strict":false,"parameters":{"type":"object"}},
              {"type":"namespace","name":"multi_agent","description":"x","tools":[{"type":"function","name":"spawn"}]},
              {"type":"custom","name":"apply_patch","format":{"type":"grammar"}},{"type":"web_search","external_web_access":false},{"type":"local_shell"},{"type":"image_generation"}],
              "tool_choice":"auto","parallel_tool_calls":true,"reasoning":{"effort":"low","summary":"auto"},"store":false,"include":["reasoning.encrypted_content"],"prompt_cache_key":"k",
              "client_metadata":{"a":"b"},"service_tier":"auto","truncation":"auto","user":"u","metadata":{"a":"b"},"background":false,"previous_response_id":null}
            """);

        turn.Tools.ShouldBe(
        [
            new ToolSpec("exec_command", "Runs", """{"type":"object"}""", false),
            new ToolSpec("apply_patch", null, """{"type":"object","properties":{"input":{"type":"string","description":"All of the tool's input, as one text."}},"required":["input"]}"""),
        ]);
        turn.ToolChoice.ShouldBe(new ToolChoice(ToolChoiceKind.Auto));
        turn.ParallelToolCalls.ShouldBe(true);
        turn.Thinking.ShouldBe(new Thinking(true, "low"));
    }

    [Theory]
    [InlineData("""{"type":"text"}""", "All of the tool's input, as one text.")]
    [InlineData("""{"type":"grammar","syntax":"lark","definition":"start: \"é\"+\n"}""", """All of the tool's input, as one text. It must fit this Lark grammar:\nstart: \"é\"+\n""")]
    [InlineData("""{"type":"grammar","syntax":"regex","definition":"\\d+"}""", """All of the tool's input, as one text. It must fit this regular expression:\n\\d+""")]
    [InlineData("""{"type":"grammar","syntax":"gbnf","definition":"x"}""", """All of the tool's input, as one text. It must fit this grammar (gbnf):\nx""")]
    [InlineData("""{"type":"grammar","definition":"x"}""", """All of the tool's input, as one text. It must fit this grammar:\nx""")]
    public void A_custom_tool_is_a_function_with_one_text_that_says_what_it_wants(string format, string description) =>
        Read($$"""{"model":"m","input":"x","tools":[{"type":"custom","name":"patch","description":"Changes files","format":{{format}}}]}""").Tools.ShouldBe(
            [new ToolSpec("patch", "Changes files", $$$"""{"type":"object","properties":{"input":{"type":"string","description":"{{{description}}}"}},"required":["input"]}""")]);

    [Theory]
    [InlineData("""{"type":"custom"}""", "tools[0].name")]
    [InlineData("""{"type":"custom","name":""}""", "tools[0].name")]
    [InlineData("""{"type":"custom","name":"p","description":1}""", "tools[0].description")]
    [InlineData("""{"type":"custom","name":"p","format":"text"}""", "tools[0].format")]
    [InlineData("""{"type":"custom","name":"p","format":{"type":"grammar","definition":[]}}""", "tools[0].format.definition")]
    public void A_custom_tool_of_the_wrong_form_is_refused(string tool, string path)
    {
        ResponsesRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes($$"""{"model":"m","input":"x","tools":[{{tool}}]}"""))).Holds(out _, out var error).ShouldBeFalse();

        error.ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe(path);
    }

    [Theory]
    [InlineData("""{"type":"function","name":"f"}""", "Named f f,g,p")]
    [InlineData("""{"type":"custom","name":"p"}""", "Named p f,g,p")]
    [InlineData("""{"type":"allowed_tools","mode":"required","tools":[{"type":"custom","name":"p"}]}""", "Required  p")]
    [InlineData("""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"g"},{"type":"web_search"}]}""", "Required  g")]
    [InlineData("""{"type":"allowed_tools","mode":"auto","tools":[{"type":"mcp","server_label":"s"}]}""", "Auto  ")]
    [InlineData("\"required\"", "Required  f,g,p")]
    [InlineData("\"none\"", "None  f,g,p")]
    public void A_choice_is_taken(string choice, string read)
    {
        var turn = Read(WithChoice(choice));

        $"{turn.ToolChoice!.Kind} {turn.ToolChoice.Name} {string.Join(',', turn.Tools.Select(tool => tool.Name))}".ShouldBe(read);
    }

    [Theory]
    [InlineData("""{"type":"web_search"}""", "tool_choice.type", "'tool_choice.type' is 'web_search', and the engine of this model can be made to call functions and custom tools alone; 'function', 'custom' and 'allowed_tools' are possible, or a word: 'auto', 'required', 'none'.")]
    [InlineData("""{"type":"custom","name":"gone"}""", "tool_choice.name", "is 'gone', which is no function and no custom tool among the tools.")]
    [InlineData("""{"type":"mcp","server_label":"s"}""", "tool_choice.type", "is 'mcp'")]
    [InlineData("""{"type":"telepathy"}""", "tool_choice.type", "is 'telepathy'")]
    [InlineData("""{"name":"f"}""", "tool_choice.type", "is required")]
    [InlineData("""{"type":"function"}""", "tool_choice.name", "is required")]
    [InlineData("""{"type":"function","name":"gone"}""", "tool_choice.name", "is 'gone', which is no function and no custom tool among the tools.")]
    [InlineData("""{"type":"allowed_tools","mode":"auto"}""", "tool_choice.tools", "is required")]
    [InlineData("""{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"},{"type":"function","name":"gone"}]}""", "tool_choice.tools[1].name", "is 'gone'")]
    [InlineData("""{"type":"allowed_tools","mode":"auto","tools":["f"]}""", "tool_choice.tools[0]", "must be an object, not a string")]
    [InlineData("""{"type":"allowed_tools","mode":"required","tools":[{"type":"web_search"}]}""", "tool_choice", "wants a tool called, and there is neither a function nor a custom tool among those that may be.")]
    public void A_choice_that_could_not_be_kept_is_refused(string choice, string path, string says)
    {
        ResponsesRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(WithChoice(choice)))).Holds(out _, out var error).ShouldBeFalse();

        error.ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe(path);
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void The_form_of_the_answer_is_flat() =>
        Read("""{"model":"m","input":"x","text":{"verbosity":"low","format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object"}}}}""").Format
            .ShouldBe(new AnswerFormat("""{"type":"object"}""", "n", true));

    [Theory]
    [InlineData("input", """{"model":"m"}""")]
    [InlineData("input", """{"model":"m","input":[]}""")]
    [InlineData("input", """{"model":"m","input":7}""")]
    [InlineData("input[0]", """{"model":"m","input":["x"]}""")]
    [InlineData("input[0].role", """{"model":"m","input":[{"content":"x"}]}""")]
    [InlineData("input[0].role", """{"model":"m","input":[{"role":"tool","content":"x"}]}""")]
    [InlineData("input[0].type", """{"model":"m","input":[{"type":"item_reference","id":"x"}]}""")]
    [InlineData("input[0].type", """{"model":"m","input":[{"type":"telepathy"}]}""")]
    [InlineData("input[0].content[0].type", """{"model":"m","input":[{"role":"user","content":[{"type":"smell"}]}]}""")]
    [InlineData("input[0].content[0].file_id", """{"model":"m","input":[{"role":"user","content":[{"type":"input_image","file_id":"f"}]}]}""")]
    [InlineData("input[0].call_id", """{"model":"m","input":[{"type":"function_call","name":"f"}]}""")]
    [InlineData("input[0].output", """{"model":"m","input":[{"type":"function_call_output","call_id":"c"}]}""")]
    [InlineData("previous_response_id", """{"model":"m","input":"x","previous_response_id":"resp_1"}""")]
    [InlineData("conversation", """{"model":"m","input":"x","conversation":"c"}""")]
    [InlineData("background", """{"model":"m","input":"x","background":true}""")]
    [InlineData("tools[0].name", """{"model":"m","input":"x","tools":[{"type":"function"}]}""")]
    [InlineData("tools[0].type", """{"model":"m","input":"x","tools":[{"name":"f"}]}""")]
    [InlineData("tool_choice", """{"model":"m","input":"x","tool_choice":"maybe"}""")]
    [InlineData("tool_choice", """{"model":"m","input":"x","tool_choice":"required"}""")]
    [InlineData("tool_choice", """{"model":"m","input":"x","tool_choice":"required","tools":[{"type":"web_search"}]}""")]
    [InlineData("text.format.type", """{"model":"m","input":"x","text":{"format":{"type":"xml"}}}""")]
    [InlineData("reasoning.effort", """{"model":"m","input":"x","reasoning":{"effort":1}}""")]
    public void What_cannot_be_done_is_named_by_its_path(string path, string body)
    {
        ResponsesRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out _, out var error).ShouldBeFalse();

        error.ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe(path);
    }

    private static string WithChoice(string choice) =>
        $$"""{"model":"m","input":"x","tools":[{"type":"function","name":"f"},{"type":"function","name":"g"},{"type":"custom","name":"p"},{"type":"web_search"}],"tool_choice":{{choice}}}""";

    internal static ClientChat ReadChat(string body)
    {
        ResponsesRequestReader.Read(Pieces.Of(Encoding.UTF8.GetBytes(body), 11)).Holds(out var chat, out var error).ShouldBeTrue(error?.Message);
        return chat!;
    }

    private static ChatTurn Read(string body) => ReadChat(body).Turn;
}
