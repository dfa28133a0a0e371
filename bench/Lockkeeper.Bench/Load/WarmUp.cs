using Lockkeeper.Bench.Targets;

namespace Lockkeeper.Bench.Load;

/// <summary>The runtime compiles anew what is busy, and on one core takes its time: until it is done, that is what a figure would measure.</summary>
internal static class WarmUp
{
    private const int MostRuns = 30;
    private const int SteadyRuns = 3;
    private const double Gain = 0.95;

    /// <summary>Repeats it until the one in between spends no less processor time on it than before.</summary>
    /// <param name="between">Null where there is none; then a few runs are enough.</param>
    /// <param name="run">As many requests as take about a second.</param>
    public static void UntilSteady(Child? between, Action run)
    {
        var least = TimeSpan.MaxValue;
        for (var (runs, steady) = (0, 0); runs < MostRuns && steady < SteadyRuns; runs++)
        {
            var before = between?.ProcessorTime ?? TimeSpan.Zero;
            run();
            var spent = (between?.ProcessorTime ?? TimeSpan.Zero) - before;
            steady = spent < least * Gain ? 0 : steady + 1;
            least = spent < least ? spent : least;
        }
    }
}
