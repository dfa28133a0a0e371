namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>A stretch of a rendered prompt.</summary>
/// <param name="Text">UTF-8.</param>
/// <param name="IsMarkup">Whether it comes from the template, where control tokens have their meaning, or from the conversation, where they are plain text.</param>
internal readonly record struct PromptPart(ReadOnlyMemory<byte> Text, bool IsMarkup);
