namespace Lockkeeper.Core.Config;

/// <summary>Whether a model thinks before it answers.</summary>
internal sealed record ThinkingConfig
{
    /// <summary>What requests get that say nothing about it.</summary>
    /// <value>Default: the model's own.</value>
    public bool? Enabled { get; init; }

    /// <summary>Thinking is off for requests that allow fewer tokens of answer than this: they would be used up before the answer begins.</summary>
    /// <value>Default: never.</value>
    [Between("1", "100000000")]
    public int? OffBelowMaxTokens { get; init; }
}
