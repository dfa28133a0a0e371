namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">Plain text; markup that looks like a template's is text too.</param>
internal sealed record Message(string Role, string Content);
