namespace Lockkeeper.Server.Telemetry;

/// <summary>The latest values count most: machines and models change, and nobody clears what was learned.</summary>
internal static class MovingAverage
{
    /// <summary>Weight of the newest value. After seven of them an old habit counts for a tenth.</summary>
    private const double Newest = 0.3;

    public static double Of(double? before, double now) => before is { } value ? value + (Newest * (now - value)) : now;

    public static TimeSpan Of(TimeSpan? before, TimeSpan now) => TimeSpan.FromSeconds(Of(before?.TotalSeconds, now.TotalSeconds));
}
