using System.Collections.Immutable;

namespace Lockkeeper.Core.Dialects;

/// <summary>A text that is to be gone on with, without any chat template: what <c>/v1/completions</c> asks for, and Ollama's <c>/api/generate</c> with <c>raw</c> or <c>suffix</c>.</summary>
internal sealed record CompletionTurn
{
    public required string Model { get; init; }

    public bool Stream { get; init; }

    public required string Prompt { get; init; }

    /// <summary>What follows behind the gap that is to be filled; null for none.</summary>
    public string? Suffix { get; init; }

    public Sampling Sampling { get; init; } = Sampling.None;

    /// <summary>Texts that end the answer.</summary>
    public ImmutableArray<string> Stop { get; init; } = [];

    /// <summary>The most tokens of answer; null for as many as the engine likes.</summary>
    public long? MaxTokens { get; init; }

    public AnswerFormat? Format { get; init; }
}
