namespace Lockkeeper.Core.Config;

/// <summary>Most tokens of an answer while memory is short, by the level of pressure. What is not given is not limited.</summary>
internal sealed record MaxTokensConfig
{
    /// <summary>While there is no pressure.</summary>
    [Between("1", "100000000")]
    public int? Normal { get; init; }

    [Between("1", "100000000")]
    public int? Moderate { get; init; }

    [Between("1", "100000000")]
    public int? High { get; init; }

    [Between("1", "100000000")]
    public int? Critical { get; init; }
}
