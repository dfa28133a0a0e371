namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>What to generate from, and until when.</summary>
internal sealed record GenerationRequest
{
    /// <summary>The whole prompt. At least one token, and fewer than the context holds.</summary>
    public required int[] Prompt { get; init; }

    public required Sampling Sampling { get; init; }

    /// <summary>Tokens to generate at most. Null: as many as the context has room for.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>UTF-8 texts, none empty, before which the answer ends.</summary>
    public IReadOnlyList<byte[]> Stops { get; init; } = [];

    /// <summary>llama.cpp's GBNF, of which the answer becomes a sentence. Null: anything.</summary>
    public string? Grammar { get; init; }
}
