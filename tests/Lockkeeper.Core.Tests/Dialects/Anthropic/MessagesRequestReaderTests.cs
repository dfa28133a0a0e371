using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Anthropic;

public sealed class MessagesRequestReaderTests
{
    [Fact]
    public void All_that_other_engines_can_do_is_read()
    {
        var turn = Turn("""
            {"model":"m","max_tokens":100,"stream":true,"temperature":0.5,"top_p":0.9,"top_k":40,"stop_sequences":["END"],"metadata":{"user_id":"u"},"service_tier":"auto","cache_control":{"type":"ephemeral"},
             "thinking":{"type":"enabled","budget_tokens":2048},"output_config":{"effort":"max","format":{"type":"json_schema","schema":{"type":"object"}}},
             "tools":[{"name":"ls","description":"Lists","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}},{"type":"custom","name":"pwd","input_schema":{},"strict":true},
                      {"type":"web_search_20250305","name":"web_search","max_uses":3},{"type":"bash_20250124","name":"bash"}],
             "tool_choice":{"type":"tool","name":"ls","disable_parallel_tool_use":true},
             "messages":[{"role":"user","content":"Hi"}]}
            """);
        Turns.Describe(turn).ShouldBe(Turns.Describe(new ChatTurn
        {
            Model = "m",
            Stream = true,
            MaxTokens = 100,
            Messages = [new ChatMessage(ChatRole.User, [new ChatPart.Text("Hi")])],
            Sampling = new Sampling { Temperature = 0.5, TopP = 0.9, TopK = 40 },
            Stop = ["END"],
            Thinking = new Thinking(true, "xhigh", 2048),
            Format = new AnswerFormat("""{"type":"object"}"""),
            Tools = [new ToolSpec("ls", "Lists", """{"type":"object"}"""), new ToolSpec("pwd", null, "{}", true)],
            ToolChoice = new ToolChoice(ToolChoiceKind.Named, "ls"),
            ParallelToolCalls = false,
        }));
    }

    [Theory]
    [InlineData("""[{"type":"text","text":"x-anthropic-billing-header: cc_version=2; cch=1;"},{"type":"text","text":"A","cache_control":{"type":"ephemeral"}},{"type":"text","text":"B"}]""", "A|B")]
    [InlineData(""" "x-anthropic-billing-header: cch=1;\nA" """, "A")]
    [InlineData(""" "A" """, "A")]
    public void What_the_system_says_is_its_first_message_without_the_bill(string system, string said) =>
        Messages($$"""[{"role":"user","content":"Hi"}],"system":{{system}}""")[0]
            .ShouldBe(new ChatMessage(ChatRole.System, [.. said.Split('|').Select(text => new ChatPart.Text(text))]));

    [Theory]
    [InlineData(""" "" """)]
    [InlineData("""[{"type":"text","text":"x-anthropic-billing-header: cch=1;"}]""")]
    [InlineData("[]")]
    public void A_system_that_says_nothing_is_no_message(string system) => Messages($$"""[{"role":"user","content":"Hi"}],"system":{{system}}""").Length.ShouldBe(1);

    [Fact]
    public void A_conversation_with_tools_is_read_as_it_went() => Messages("""
        [{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}},{"type":"image","source":{"type":"url","url":"https://x/y.png"}},{"type":"text","text":"What?"}]},
         {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"Let me."},
            {"type":"server_tool_use","id":"w","name":"web_search","input":{}},{"type":"web_search_tool_result","tool_use_id":"w","content":[]},
            {"type":"tool_use","id":"t1","name":"ls","input":{ "path": "/" }},{"type":"tool_use","id":"t2","name":"pwd","input":{}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"a b"},{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":[{"type":"text","text":"no"},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}]},{"type":"text","text":"Go on."}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"t9"}]}]
        """).ShouldBe(
    [
        new ChatMessage(ChatRole.User, [new ChatPart.Media("data:image/png;base64,iVBO"), new ChatPart.Media("https://x/y.png"), new ChatPart.Text("What?")]),
        new ChatMessage(ChatRole.Assistant,
        [
            new ChatPart.Reasoning("Hm", "s"), new ChatPart.Reasoning("", "redacted:d"), new ChatPart.Text("Let me."),
            new ChatPart.ToolCall("t1", "ls", """{ "path": "/" }"""), new ChatPart.ToolCall("t2", "pwd", "{}"),
        ]),
        new ChatMessage(ChatRole.Tool,
        [
            new ChatPart.ToolResult("t1", "ls", [new ChatPart.Text("a b")]),
            new ChatPart.ToolResult("t2", "pwd", [new ChatPart.Text("no"), new ChatPart.Media("data:image/png;base64,iVBO")], true),
        ]),
        new ChatMessage(ChatRole.User, [new ChatPart.Text("Go on.")]),
        new ChatMessage(ChatRole.Tool, [new ChatPart.ToolResult("t9", null, [])]),
    ]);

    [Fact]
    public void A_summary_stands_for_all_that_came_before_it()
    {
        const string Before = """{"role":"user","content":"Hi"},{"role":"assistant","content":"Ho"},{"role":"system","content":"Rules"},{"role":"user","content":"And?"}""";
        ChatMessage[] begun = [new ChatMessage(ChatRole.System, [new ChatPart.Text("Rules")]), new ChatMessage(ChatRole.User, [new ChatPart.Text("They met.")])];

        Messages($$"""[{{Before}},{"role":"assistant","content":[{"type":"text","text":"old"},{"type":"compaction","content":"They met."},{"type":"text","text":"So."}]},{"role":"user","content":"Go on."}]""")
            .ShouldBe([.. begun, new ChatMessage(ChatRole.Assistant, [new ChatPart.Text("So.")]), new ChatMessage(ChatRole.User, [new ChatPart.Text("Go on.")])]);
        Messages($$$"""[{{{Before}}},{"role":"assistant","content":[{"type":"compaction","content":"Earlier."},{"type":"compaction","content":"They met.","cache_control":{"type":"ephemeral"}}]}]""").ShouldBe(begun);
    }

    [Fact]
    public void A_compaction_that_failed_leaves_the_conversation_as_it_was() =>
        Messages("""[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"compaction","content":null},{"type":"text","text":"Ho"}]}]""")
            .ShouldBe([new ChatMessage(ChatRole.User, [new ChatPart.Text("Hi")]), new ChatMessage(ChatRole.Assistant, [new ChatPart.Text("Ho")])]);

    [Fact]
    public void Documents_are_files_or_texts() => Messages("""
        [{"role":"user","content":[{"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"}},
            {"type":"document","source":{"type":"text","media_type":"text/plain","data":"Words"}},{"type":"document","source":{"type":"url","url":"https://x/y.pdf"}},
            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"C"}]}},
            {"type":"search_result","title":"T","source":"https://s","content":[{"type":"text","text":"found"}]}]}]
        """)[0].Parts.ShouldBe(
    [
        new ChatPart.Media("data:application/pdf;base64,JVBE", FileName: "a.pdf"), new ChatPart.Text("Words"), new ChatPart.Media("https://x/y.pdf", FileName: "document.pdf"),
        new ChatPart.Text("C"), new ChatPart.Text("T\nhttps://s"), new ChatPart.Text("found"),
    ]);

    [Theory]
    [InlineData("""[{"role":"user","content":"Hi"},{"role":"assistant","content":"{"}]""", true)]
    [InlineData("""[{"role":"user","content":"Hi"},{"role":"assistant","content":[]}]""", false)]
    [InlineData("""[{"role":"user","content":"Hi"}]""", false)]
    public void An_answer_that_was_begun_is_gone_on_with(string messages, bool continues) =>
        Turn($$"""{"model":"m","messages":{{messages}},"max_tokens":1}""").ContinuesLastMessage.ShouldBe(continues);

    [Theory]
    [InlineData("""{"type":"auto"}""", ToolChoiceKind.Auto, null)]
    [InlineData("""{"type":"any","disable_parallel_tool_use":false}""", ToolChoiceKind.Required, true)]
    [InlineData("""{"type":"none"}""", ToolChoiceKind.None, null)]
    internal void What_has_to_be_called_is_read(string choice, ToolChoiceKind kind, bool? parallel)
    {
        var turn = Turn($$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"Hi"}],"tool_choice":{{choice}},"tools":[{"name":"ls","input_schema":{} }]}""");
        (turn.ToolChoice!.Kind, turn.ParallelToolCalls).ShouldBe((kind, parallel));
    }

    [Fact]
    public void A_tool_that_only_Anthropic_has_cannot_be_chosen() =>
        Turn("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"tools":[{"type":"web_search_20250305","name":"web_search"}],"tool_choice":{"type":"any"}}""").ToolChoice.ShouldBeNull();

    [Theory]
    [InlineData("""{"type":"disabled"}""", false)]
    [InlineData("""{"type":"adaptive","display":"omitted"}""", true)]
    public void Thinking_is_on_or_off(string thinking, bool enabled) =>
        Turn($$"""{"model":"m","max_tokens":1,"thinking":{{thinking}},"messages":[{"role":"user","content":"a"}]}""").Thinking.ShouldBe(new Thinking(enabled));

    [Theory]
    [InlineData("""{"model":"m","messages":[]}""", "max_tokens", "'max_tokens' is required.")]
    [InlineData("""{"model":"m","messages":[],"max_tokens":0}""", "max_tokens", "'max_tokens' must be at least 1, not 0.")]
    [InlineData("""{"model":"m","max_tokens":1}""", "messages", "'messages' is required.")]
    [InlineData("""{"max_tokens":1,"messages":[]}""", "model", "'model' is required.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"tool","content":"b"}]}""", "messages[1].role", "'messages[1].role' must be 'user', 'assistant' or 'system', not 'tool'.")]
    [InlineData("""{"model":"m","max_tokens":1,"system":"a","messages":[]}""", "messages", "'messages' must hold at least one message.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":["a"]}""", "messages[0]", "'messages[0]' must be an object, not a string.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user"}]}""", "messages[0].content", "'messages[0].content' is required.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":7}]}""", "messages[0].content", "'messages[0].content' must be a string or an array of blocks, not 7.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"hologram"}]}]}""", "messages[0].content[0].type", "'messages[0].content[0].type' is 'hologram', which is not understood here.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"hologram"}]}]}""", "messages[0].content[0].type", "'messages[0].content[0].type' is 'hologram', which is not understood here.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"compaction","content":[]}]}]}""", "messages[0].content[0].content", "'messages[0].content[0].content' must be a string, not an array.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]}""", "messages[0].content[0].source.type", "'messages[0].content[0].source.type' is 'file', but no files are kept here: send the file itself.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image"}]}]}""", "messages[0].content[0].source", "'messages[0].content[0].source' is required.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[],"tools":[{"name":"ls"}]}""", "tools[0].input_schema", "'tools[0].input_schema' is required.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"tools":[{"name":"ls","input_schema":{} }],"tool_choice":{"type":"tool","name":"rm"}}""", "tool_choice.name", "'tool_choice.name' is 'rm', which is none of the tools.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"tool_choice":{"type":"any"}}""", "tool_choice.type", "'tool_choice.type' is 'any', but there are no tools.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[],"tools":[{"type":"function","function":{"name":"ls"}}]}""", "tools[0].type", "'tools[0].type' is 'function', as OpenAI has it; a tool here is {\"name\", \"description\", \"input_schema\"}.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[],"tool_choice":{"type":"some"}}""", "tool_choice.type", "'tool_choice.type' must be 'auto', 'any', 'tool' or 'none', not 'some'.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[],"thinking":{"type":"hard"}}""", "thinking.type", "'thinking.type' must be 'enabled', 'adaptive', 'between_tools' or 'disabled', not 'hard'.")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[],"output_format":{"type":"xml"}}""", "output_format.type", "'output_format.type' must be 'json_schema', not 'xml'.")]
    public void A_wrong_request_is_told_where_it_is_wrong(string body, string field, string message)
    {
        MessagesRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out _, out var error).ShouldBeFalse();
        (error!.Field, error.Message, error.Status).ShouldBe((field, message, 400));
    }

    internal static ChatTurn Turn(string body)
    {
        MessagesRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out var chat, out var error).ShouldBeTrue(error?.Message);
        return chat!.Turn;
    }

    private static ImmutableArray<ChatMessage> Messages(string messages) => Turn($$"""{"model":"m","messages":{{messages}},"max_tokens":1}""").Messages;
}
