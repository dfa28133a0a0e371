using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Config;

/// <summary>Memory that instances share: one GPU, or unified memory.</summary>
internal sealed record PoolConfig
{
    /// <summary>The pool of a configuration that names none.</summary>
    public const string DefaultName = "default";

    /// <summary><c>exclusive</c>: one instance at a time. <c>fit</c>: as many as fit into its memory.</summary>
    /// <value>Default <c>exclusive</c>.</value>
    public PoolPolicy Policy { get; init; } = PoolPolicy.Exclusive;

    /// <summary>Memory that its instances may hold together.</summary>
    /// <value>Default <c>auto</c>: what the machine has.</value>
    public SizeOrAuto Memory { get; init; }

    /// <summary>An instance claims its footprint × this: memory grows while a model works.</summary>
    /// <value>Default 1.1.</value>
    [Between("1", "10")]
    public double SafetyMargin { get; init; } = 1.1;

    /// <summary>Whether at most one request runs in the whole pool at a time.</summary>
    /// <value>Default <c>false</c>.</value>
    public bool Serialize { get; init; }

    /// <summary>Instances that may be resident at the same time.</summary>
    /// <value>Default none: as many as fit. An exclusive pool holds one.</value>
    [Between("1", "1000")]
    public int? MaxResident { get; init; }

    /// <summary>How long a swap waits at most for the memory of a stopped engine to come back.</summary>
    /// <value>Default 25 s.</value>
    [Between("0s", "10m")]
    public TimeSpan SettleTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How long requests in flight may hold up a swap; past it they are aborted.</summary>
    /// <value>Default <c>off</c>: for ever.</value>
    [Between("0s", "24h")]
    public DurationOrOff DrainTimeout { get; init; } = DurationOrOff.Off;

    public PressureConfig Pressure { get; init; } = new();

    /// <summary>Instances that may be resident at the same time, whatever their size; null for no such limit.</summary>
    public int? Places() => Policy == PoolPolicy.Exclusive ? 1 : MaxResident;
}
