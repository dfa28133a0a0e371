namespace Lockkeeper.Core.Scheduling;

/// <summary>What has been learned of a model by watching it. Null: not yet.</summary>
internal sealed record ModelFigures
{
    public static ModelFigures None { get; } = new();

    /// <summary>From the order to start until it answered; a moving average.</summary>
    public TimeSpan? Load { get; init; }

    /// <summary>From the order to stop until its memory was back; a moving average.</summary>
    public TimeSpan? Free { get; init; }

    /// <summary>How long a request held its slot; a moving average.</summary>
    public TimeSpan? Service { get; init; }

    /// <summary>Bytes of memory at the peak of its latest run that was ready, file pages included.</summary>
    public long? Footprint { get; init; }

    /// <summary>Whether it has been ready once while nothing else held memory of its pool. Then it may always run alone, whatever the figures say.</summary>
    public bool RanAlone { get; init; }
}
