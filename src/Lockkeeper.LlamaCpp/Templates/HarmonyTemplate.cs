namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>
/// OpenAI's Harmony, which gpt-oss reads. A client's system message is what Harmony calls the developer's; Harmony's own system message says
/// which channels there are. It leaves out the date of the original, which would make a prompt of today differ from the one of yesterday.
/// </summary>
internal sealed class HarmonyTemplate : ChatTemplate
{
    private const string System = """
        <|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.
        Knowledge cutoff: 2024-06

        Reasoning: medium

        # Valid channels: analysis, commentary, final. Channel must be included for every message.<|end|>
        """;

    /// <summary>Whether a Jinja template is this format's.</summary>
    public static bool Wrote(string source) =>
        source.Contains("<|start|>", StringComparison.Ordinal) && source.Contains("<|channel|>", StringComparison.Ordinal);

    public override IReadOnlyList<PromptPart> Render(Conversation conversation)
    {
        var prompt = new PromptBuilder().Markup(System);
        foreach (var message in conversation.Messages)
        {
            prompt = message.Role switch
            {
                "system" => prompt.Markup("<|start|>developer<|message|># Instructions\n\n").Content(message.Content).Markup("\n\n<|end|>"),
                "assistant" => prompt.Markup("<|start|>assistant<|channel|>final<|message|>").Content(message.Content).Markup("<|end|>"),
                _ => prompt.Markup($"<|start|>{message.Role}<|message|>").Content(message.Content).Markup("<|end|>"),
            };
        }

        return prompt.Markup("<|start|>assistant").Build();
    }
}
