namespace Lockkeeper.Core.Simulation;

/// <summary>How long a number of requests waited, in seconds; infinite as soon as a request that was never served counts in.</summary>
internal sealed record WaitFigures(int Count, int Unserved)
{
    public double Mean { get; init; }

    public double P50 { get; init; }

    public double P95 { get; init; }

    public double P99 { get; init; }

    public double Max { get; init; }

    public static WaitFigures Of(IEnumerable<SimulatedRequest> requests)
    {
        double[] waits = [.. requests.Select(request => request.Wait?.TotalSeconds ?? double.PositiveInfinity).Order()];
        return new WaitFigures(waits.Length, waits.Count(double.IsInfinity))
        {
            Mean = waits.Length == 0 ? 0 : waits.Average(),
            P50 = Quantile(waits, 0.5),
            P95 = Quantile(waits, 0.95),
            P99 = Quantile(waits, 0.99),
            Max = Quantile(waits, 1),
        };
    }

    /// <summary>The least wait that this share of the requests did not exceed.</summary>
    private static double Quantile(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
