namespace Lockkeeper.Core.Config;

/// <summary>What the tokens of a model in a cloud cost, in US dollars for a million of them. Its key in the file is the model's id, or the name it has there.</summary>
internal sealed record PriceConfig
{
    private const double Million = 1e6;

    /// <summary>Of the prompt.</summary>
    [Between("0", "1000000")]
    public required double Input { get; init; }

    /// <summary>Of the answer.</summary>
    [Between("0", "1000000")]
    public required double Output { get; init; }

    /// <summary>Of that part of the prompt that was in a cache.</summary>
    /// <value>Default: as <c>input</c>.</value>
    [Between("0", "1000000")]
    public double? CachedInput { get; init; }

    /// <summary>Of that part of the prompt that a cache took in.</summary>
    /// <value>Default: as <c>input</c>.</value>
    [Between("0", "1000000")]
    public double? CacheWrite { get; init; }

    /// <summary>US dollars for a request.</summary>
    /// <param name="prompt">Tokens of the prompt, those of caches too.</param>
    /// <param name="completion">Tokens of the answer.</param>
    /// <param name="cached">Those of the prompt that were in a cache.</param>
    /// <param name="written">Those of the prompt that a cache took in.</param>
    public double Of(long prompt, long completion, long cached = 0, long written = 0)
    {
        var fromCache = Math.Clamp(cached, 0, prompt);
        var intoCache = Math.Clamp(written, 0, prompt - fromCache);
        return (((prompt - fromCache - intoCache) * Input) + (fromCache * (CachedInput ?? Input)) + (intoCache * (CacheWrite ?? Input)) + (completion * Output)) / Million;
    }
}
