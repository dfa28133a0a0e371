namespace Lockkeeper.LlamaCpp;

/// <summary>The built-in engine: one model, one process.</summary>
internal static class EngineServer
{
    /// <returns>The exit code: 0 after an orderly stop, 1 when it could not start.</returns>
    public static async Task<int> RunAsync(EngineOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }
}
