using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Liveness;

/// <summary>When an engine that runs is doubted, and how long it may take to dispel that.</summary>
internal sealed record LivenessRules
{
    /// <summary>Silence of so many times the usual is remarkable.</summary>
    public const int TimesUsual = 3;

    /// <summary>A process that does nothing uses less than this share of a processor; one that computes, or feeds a GPU, more.</summary>
    public const double IdleShare = 0.01;

    public static LivenessRules Default { get; } = new();

    /// <summary>Silence that is never remarkable, whatever is usual.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan Floor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the ready path may take.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan ReadyPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one token may take at least; it may always take three times the usual.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan TokenPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a run rests before it is asked whether it is there, ahead of the next request.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two tokens asked of an idle engine whose health is known to lie.</summary>
    /// <value>Default 60 s.</value>
    public TimeSpan IdleEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between a failed token and the second try.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan SecondTry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two looks at the pulse.</summary>
    /// <value>Default 1 s.</value>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is usual for a model.</summary>
    /// <value>Default: nothing is known.</value>
    public Func<ModelId, UsualTimes> Usual { get; init; } = _ => default;

    /// <summary>Whether anybody waits for memory: an idle engine is then left to them.</summary>
    /// <value>Default: nobody does.</value>
    public Func<bool> OthersWait { get; init; } = () => false;
}

/// <summary>How long a model usually takes; null while nothing is known.</summary>
/// <param name="FirstByte">To the first byte of a stream.</param>
/// <param name="Whole">To an answer that comes whole.</param>
internal readonly record struct UsualTimes(TimeSpan? FirstByte, TimeSpan? Whole);
