namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>A conversation as a script of a play, for models that were trained to read none: they go on with it, and are stopped when they write the user's next line.</summary>
internal sealed class PlainTemplate : ChatTemplate
{
    public override IReadOnlyList<byte[]> Stops { get; } = ["\nUser:"u8.ToArray()];

    public override IReadOnlyList<PromptPart> Render(Conversation conversation)
    {
        var prompt = new PromptBuilder();
        foreach (var message in conversation.Messages)
        {
            prompt.Markup(message.Role switch { "system" => "System: ", "assistant" => "Assistant: ", _ => "User: " }).Content(message.Content).Markup("\n\n");
        }

        return prompt.Markup("Assistant:").Build();
    }
}
