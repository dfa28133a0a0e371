using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>
/// What an instance will need, by its files: weights + KV cache + compute buffer + the engine's own program. It stands in until the footprint has been measured.
/// </summary>
/// <param name="Weights">Bytes of all files.</param>
/// <param name="Cache">Bytes of the KV cache: tokens of context × key-value heads of all layers × (key × its bytes + value × its bytes); a layer with a sliding window keeps no more tokens than that and a batch.</param>
/// <param name="Compute">Bytes of intermediate results: a batch of 512 tokens × 4 × (vocabulary + 4 × embedding length).</param>
/// <param name="Program">Bytes of the engine itself.</param>
internal sealed record MemoryEstimate(long Weights, long Cache, long Compute, long Program)
{
    /// <summary>Tokens that engines read at once.</summary>
    private const int Batch = 512;

    /// <summary>Tokens of context where neither the configuration nor the files say; also what folders count with, as their engines let the cache grow with the conversation.</summary>
    private const int ModestContext = 8192;

    /// <summary>Code, libraries and runtime of an engine.</summary>
    private const long OwnProgram = 128L * 1024 * 1024;

    public long Total => Weights + Cache + Compute + Program;

    /// <param name="facts">What the files tell.</param>
    /// <param name="contextLength">As configured; null for the engine's default, which for GGUF is what the model was trained for.</param>
    /// <param name="cacheTypeK">Type of keys, as in <c>q8_0</c>; null for F16.</param>
    /// <param name="cacheTypeV">The same for values.</param>
    public static MemoryEstimate Of(ModelFacts facts, int? contextLength = null, string? cacheTypeK = null, string? cacheTypeV = null)
    {
        var tokens = contextLength ?? (facts.Format == ModelFormat.Gguf ? facts.ContextLength ?? ModestContext : Math.Min(facts.ContextLength ?? ModestContext, ModestContext));
        Int128 compute = (Int128)Batch * 4 * ((facts.VocabularySize ?? 0) + (4L * (facts.EmbeddingLength ?? 0)));
        return new MemoryEstimate(facts.Bytes, facts.Attention is { } attention ? CacheOf(attention, tokens, cacheTypeK, cacheTypeV) : 0, Capped(compute), OwnProgram);
    }

    private static long CacheOf(AttentionShape shape, int tokens, string? cacheTypeK, string? cacheTypeV)
    {
        var slidingTokens = shape.SlidingWindow is { } window ? Math.Min(tokens, (long)window + Batch) : tokens;
        var kept = (Int128)tokens * shape.FullHeads + ((Int128)slidingTokens * shape.SlidingHeads);
        return Capped(BytesOf(kept * shape.KeyLength, cacheTypeK) + BytesOf(kept * shape.ValueLength, cacheTypeV));
    }

    private static Int128 BytesOf(Int128 elements, string? cacheType)
    {
        var type = (cacheType is null ? null : GgmlType.Of(cacheType)) ?? GgmlType.Of("F16")!;
        return (elements + type.Block - 1) / type.Block * type.Bytes;
    }

    /// <summary>A hostile file may multiply into anything; a petabyte fits nowhere, and leaves room to add.</summary>
    private static long Capped(Int128 bytes) => (long)Int128.Min(bytes, 1L << 50);
}
