namespace Lockkeeper.Core.ModelFiles;

/// <summary>What a model keeps of each token of context. Heads are summed over the layers, as they may differ from one to the next.</summary>
internal sealed record AttentionShape
{
    public required int Layers { get; init; }

    /// <summary>Key-value heads of the layers that look at the whole context.</summary>
    public required long FullHeads { get; init; }

    /// <summary>Key-value heads of the layers that look back no further than <see cref="SlidingWindow"/>.</summary>
    public long SlidingHeads { get; init; }

    /// <summary>Tokens that those layers look back.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Numbers of a key.</summary>
    public required int KeyLength { get; init; }

    /// <summary>Numbers of a value.</summary>
    public required int ValueLength { get; init; }
}
