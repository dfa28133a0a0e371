using System.Text;

namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>
/// ChatML, with tools as Hermes and Qwen write them. llama.cpp's own renderer leaves tools out; this one gives, byte for byte,
/// what the Jinja templates of these models give.
/// </summary>
internal sealed class ChatMlTemplate(ChatMlTraits traits) : ChatTemplate
{
    private const string Start = "<|im_start|>";
    private const string End = "<|im_end|>\n";
    private const string EndOfThought = "</think>";

    private const string ToolsIntroduction = """
        # Tools

        You may call one or more functions to assist with the user query.

        You are provided with function signatures within <tools></tools> XML tags:
        <tools>
        """;

    private const string ToolsConclusion = """

        </tools>

        For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
        <tool_call>
        {"name": <function-name>, "arguments": <args-json-object>}
        </tool_call>
        """;

    private static readonly Message[] Probe = [new("system", "a"), new("user", "b"), new("assistant", "c"), new("user", "d")];

    public override bool TakesTools => traits.TakesTools;

    public override IReadOnlyList<PromptPart> Render(Conversation conversation)
    {
        var prompt = new PromptBuilder();
        var messages = conversation.Messages;
        WriteSystem(conversation, prompt);
        for (var i = messages[0].Role == "system" ? 1 : 0; i < messages.Count; i++)
        {
            switch (messages[i].Role)
            {
                case "assistant":
                    WriteAssistant(messages[i], prompt);
                    break;
                case "tool":
                    WriteToolResult(messages, i, prompt);
                    break;
                default:
                    prompt.Markup($"{Start}{messages[i].Role}\n").Content(messages[i].Content).Markup(End);
                    break;
            }
        }

        prompt.Markup($"{Start}assistant\n");
        if (!conversation.Thinks && traits.SwitchesThinking)
        {
            prompt.Markup("<think>\n\n</think>\n\n");
        }

        return prompt.Build();
    }

    /// <summary>Whether a template that llama.cpp knows is this one.</summary>
    public static bool RendersLike(ChatTemplate template)
    {
        var conversation = new Conversation(Probe);
        return Joined(template.Render(conversation)) == Joined(new ChatMlTemplate(new ChatMlTraits()).Render(conversation));
    }

    private static string Joined(IReadOnlyList<PromptPart> parts) => string.Concat(parts.Select(part => Encoding.UTF8.GetString(part.Text.Span)));

    private void WriteSystem(Conversation conversation, PromptBuilder prompt)
    {
        var first = conversation.Messages[0];
        var system = first.Role == "system" ? first.Content : traits.DefaultSystem;
        if (system is null && conversation.Tools.Count == 0)
        {
            return;
        }

        prompt.Markup($"{Start}system\n").Content(system ?? "");
        if (conversation.Tools.Count > 0)
        {
            prompt.Markup(system is null ? ToolsIntroduction : "\n\n" + ToolsIntroduction);
            foreach (var tool in conversation.Tools)
            {
                prompt.Markup("\n").Content(tool.Definition);
            }

            prompt.Markup(ToolsConclusion);
        }

        prompt.Markup(End);
    }

    private void WriteAssistant(Message message, PromptBuilder prompt)
    {
        var content = message.Content;
        if (traits.DropsThoughts && content.LastIndexOf(EndOfThought, StringComparison.Ordinal) is >= 0 and var thought)
        {
            content = content[(thought + EndOfThought.Length)..].TrimStart('\n');
        }

        prompt.Markup($"{Start}assistant\n").Content(content);
        foreach (var (index, call) in message.ToolCalls.Index())
        {
            prompt.Markup(index > 0 || content.Length > 0 ? "\n<tool_call>\n{\"name\": \"" : "<tool_call>\n{\"name\": \"")
                .Content(call.Name).Markup("\", \"arguments\": ").Content(call.Arguments).Markup("}\n</tool_call>");
        }

        prompt.Markup(End);
    }

    private void WriteToolResult(IReadOnlyList<Message> messages, int at, PromptBuilder prompt)
    {
        var follows = traits.JoinsToolResults && at > 0 && messages[at - 1].Role == "tool";
        var isFollowed = traits.JoinsToolResults && at + 1 < messages.Count && messages[at + 1].Role == "tool";
        prompt.Markup(follows ? "\n<tool_response>\n" : $"{Start}user\n<tool_response>\n").Content(messages[at].Content)
            .Markup(isFollowed ? "\n</tool_response>" : "\n</tool_response>" + End);
    }
}
