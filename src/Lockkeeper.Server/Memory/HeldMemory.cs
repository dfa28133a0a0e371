namespace Lockkeeper.Server.Memory;

/// <summary>Knows what a run holds. Measured while it lives, because a crashed engine can no longer be asked.</summary>
internal sealed class HeldMemory(IMemoryReader memory, TimeProvider time)
{
    /// <summary>While a model loads, its memory grows by gigabytes a second, and an engine that dies then has to be waited for by what it really held.</summary>
    private static readonly TimeSpan PauseWhileLoading = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PauseLater = TimeSpan.FromSeconds(5);

    private volatile Mark? _last;

    /// <summary>The latest measurement; null before the first.</summary>
    public Mark? Last => _last;

    public void Measure(IReadOnlyList<int> pids)
    {
        // A dead engine holds nothing, and that is no news: what it held is what has to come back.
        if (pids.Count > 0 && memory.HeldBy(pids) is { } held && memory.Available() is { } available)
        {
            _last = new Mark(held, available);
        }
    }

    /// <summary>Measures until cancelled: often while the model loads, then every 5 s. Does not throw.</summary>
    public async Task WatchAsync(Func<IReadOnlyList<int>> pids, Func<bool> isLoading, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(isLoading() ? PauseWhileLoading : PauseLater, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                Measure(cancellationToken.IsCancellationRequested ? [] : pids());
            }
            catch (IOException)
            {
                // No descriptor is free just now. The last figure stays.
            }
        }
    }

    /// <param name="Held">Bytes that come back when the run dies.</param>
    /// <param name="Available">Bytes that were available at that moment.</param>
    internal sealed record Mark(long Held, long Available);
}
