namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>What a chat template is given.</summary>
/// <param name="Messages">At least one.</param>
internal sealed record Conversation(IReadOnlyList<Message> Messages)
{
    /// <summary>Only for a template that takes them.</summary>
    public IReadOnlyList<Tool> Tools { get; init; } = [];

    /// <summary>False asks for an answer without thinking first; a template that knows no such switch does not mind.</summary>
    public bool Thinks { get; init; } = true;
}
