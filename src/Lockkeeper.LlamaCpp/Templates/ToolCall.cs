namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>A call that the model made in an earlier turn.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">JSON, as the model wrote it.</param>
internal sealed record ToolCall(string Name, string Arguments);
