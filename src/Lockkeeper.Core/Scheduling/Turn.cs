namespace Lockkeeper.Core.Scheduling;

/// <summary>The service time a model that became resident is given before it may be left while it has waiters. Without it slow loads leave no throughput: every swap is followed by an overdue neighbour.</summary>
/// <param name="Least">What a better priority cannot cut: one swap cost.</param>
/// <param name="Whole">The turn.</param>
internal readonly record struct Turn(TimeSpan Least, TimeSpan Whole)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public static Turn Of(TimeSpan swapCost, double factor)
    {
        var whole = Clamp(swapCost * factor);
        return new Turn(swapCost < whole ? swapCost : whole, whole);
    }

    private static TimeSpan Clamp(TimeSpan turn) => turn < Shortest ? Shortest : turn > Longest ? Longest : turn;
}
