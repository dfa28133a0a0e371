namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">system, user, assistant or tool.</param>
/// <param name="Content">Plain text; markup that looks like a template's is text too.</param>
internal sealed record Message(string Role, string Content)
{
    /// <summary>What an assistant's turn called, after its text.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];
}
