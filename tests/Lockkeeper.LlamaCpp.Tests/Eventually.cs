using System.Diagnostics;

namespace Lockkeeper.LlamaCpp.Tests;

/// <summary>Waits for a thing itself, with a bound.</summary>
internal static class Eventually
{
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> HoldsAsync(Func<bool> condition, string what, int seconds = 20)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(seconds), what);
            await Task.Delay(1);
        }

        return watch.Elapsed;
    }
}
