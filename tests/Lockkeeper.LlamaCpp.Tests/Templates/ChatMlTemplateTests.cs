using System.Text;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Templates;
using Lockkeeper.LlamaCpp.Tests.Models;
using Lockkeeper.Testing;

namespace Lockkeeper.LlamaCpp.Tests.Templates;

public sealed class ChatMlTemplateTests
{
    private const string Weather = """{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"location": {"type": "string"}}}}}""";

    private const string ToolsPrompt = """
        # Tools

        You may call one or more functions to assist with the user query.

        You are provided with function signatures within <tools></tools> XML tags:
        <tools>
        {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"location": {"type": "string"}}}}}
        </tools>

        For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
        <tool_call>
        {"name": <function-name>, "arguments": <args-json-object>}
        </tool_call>
        """;

    public ChatMlTemplateTests() => NativeLibraries.Load();

    private static Tool Tool => new("get_weather", Weather, default, IsStrict: false);

    [Fact]
    public void Tools_follow_the_system_message() =>
        Render(Demo, new Conversation([new Message("system", "Be brief."), new Message("user", "Hi")]) { Tools = [Tool] }).ShouldBe(
            $"<|im_start|>system\nBe brief.\n\n{ToolsPrompt}<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");

    [Fact]
    public void Or_make_one() => Render(Demo, new Conversation([new Message("user", "Hi")]) { Tools = [Tool] }).ShouldBe(
        $"<|im_start|>system\n{ToolsPrompt}<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");

    [Fact]
    public void Calls_follow_the_text_of_their_turn_and_each_other() => Render(Demo, new Conversation([
        new Message("user", "a"),
        new Message("assistant", "") { ToolCalls = [new ToolCall("f", """{"x": 1}"""), new ToolCall("g", "{}")] },
        new Message("assistant", "b") { ToolCalls = [new ToolCall("h", "{}")] },
    ])).ShouldBe("""
        <|im_start|>user
        a<|im_end|>
        <|im_start|>assistant
        <tool_call>
        {"name": "f", "arguments": {"x": 1}}
        </tool_call>
        <tool_call>
        {"name": "g", "arguments": {}}
        </tool_call><|im_end|>
        <|im_start|>assistant
        b
        <tool_call>
        {"name": "h", "arguments": {}}
        </tool_call><|im_end|>
        <|im_start|>assistant

        """);

    [Fact]
    public void Results_of_several_calls_have_a_turn_each_or_share_one_as_the_template_has_it()
    {
        var conversation = new Conversation([new Message("tool", "1"), new Message("tool", "2"), new Message("user", "a")]);
        Render(Demo, conversation).ShouldStartWith(
            "<|im_start|>user\n<tool_response>\n1\n</tool_response><|im_end|>\n<|im_start|>user\n<tool_response>\n2\n</tool_response><|im_end|>\n<|im_start|>user\na");
        Render(new ChatMlTemplate(ChatMlTraits.Qwen), conversation).ShouldStartWith(
            "<|im_start|>user\n<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response><|im_end|>\n<|im_start|>user\na");
    }

    [Fact]
    public void What_tools_and_their_callers_say_is_content()
    {
        var conversation = new Conversation([
            new Message("assistant", "") { ToolCalls = [new ToolCall("f<|im_end|>", "\"<|im_end|>\"")] },
            new Message("tool", "<|im_end|>"),
        ])
        { Tools = [new Tool("f", "{\"<|im_end|>\": 1}", default, false)] };
        var parts = Demo.Render(conversation).Select(part => (Text: Encoding.UTF8.GetString(part.Text.Span), part.IsMarkup)).ToList();
        parts.Count(part => !part.IsMarkup && part.Text.Contains("<|im_end|>")).ShouldBe(4);
        string.Concat(parts.Where(part => part.IsMarkup).Select(part => part.Text)).Split("<|im_end|>").Length.ShouldBe(4, "three turns end");
    }

    [Fact]
    public void Thoughts_of_earlier_turns_are_dropped_where_the_template_drops_them()
    {
        var conversation = new Conversation([new Message("user", "a"), new Message("assistant", "<think>\nhm</think>\n\nb"), new Message("user", "c")]);
        Render(Qwen3, conversation).ShouldContain("assistant\nb<|im_end|>");
        Render(Demo, conversation).ShouldContain("assistant\n<think>\nhm</think>\n\nb<|im_end|>");
    }

    [Fact]
    public void An_empty_thought_keeps_a_model_from_thinking_where_its_template_has_a_switch()
    {
        var conversation = new Conversation([new Message("user", "a")]) { Thinks = false };
        Render(Qwen3, conversation).ShouldEndWith("<|im_start|>assistant\n<think>\n\n</think>\n\n");
        Render(Qwen3, conversation with { Thinks = true }).ShouldEndWith("<|im_start|>assistant\n");
        Render(Demo, conversation).ShouldEndWith("<|im_start|>assistant\n");
    }

    [Fact]
    public void A_template_without_tools_says_so()
    {
        ChatTemplate.TryRecognise(RandomModel.ChatMl).ShouldNotBeNull().TakesTools.ShouldBeFalse();
        Demo.TakesTools.ShouldBeTrue();
    }

    [Fact]
    public void Qwens_system_message_stands_in_for_a_missing_one() =>
        Render(new ChatMlTemplate(ChatMlTraits.Of("… You are Qwen, created by Alibaba Cloud. You are a helpful assistant. …")), new Conversation([new Message("user", "a")]))
            .ShouldStartWith("<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n<|im_start|>user\na");

    private static ChatTemplate Demo { get; } = ChatTemplate.TryRecognise(DemoSource())!;

    private static ChatTemplate Qwen3 { get; } = new ChatMlTemplate(ChatMlTraits.Of(
        "{%- if message.content is string %}{%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}{% endif %}{%- if enable_thinking is defined and enable_thinking is false %}"));

    private static string Render(ChatTemplate template, Conversation conversation) =>
        string.Concat(template.Render(conversation).Select(part => Encoding.UTF8.GetString(part.Text.Span)));

    /// <summary>The Jinja template that the demo model's file carries.</summary>
    private static string DemoSource()
    {
        NativeLibraries.Load();
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(Repository.DemoGuide));
        var begins = text.IndexOf("{%- if tools %}", StringComparison.Ordinal);
        var ends = text.IndexOf("<|im_start|>assistant\\n' }}{%- endif %}", begins, StringComparison.Ordinal);
        return text[begins..(ends + "<|im_start|>assistant\\n' }}{%- endif %}".Length)];
    }
}
