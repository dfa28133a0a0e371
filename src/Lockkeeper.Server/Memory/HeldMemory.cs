using Lockkeeper.Core.Memory;

namespace Lockkeeper.Server.Memory;

/// <summary>Knows what a run holds. Measured while it lives, because a crashed engine can no longer be asked.</summary>
/// <param name="memory">Where to look.</param>
/// <param name="time">The clock.</param>
/// <param name="grown">Told the footprint at its peak, each time that has grown by 1 % or 16 MiB. Must not block.</param>
internal sealed class HeldMemory(IMemoryReader memory, TimeProvider time, Action<long>? grown = null)
{
    private const long WorthTelling = 16 * 1024 * 1024;

    /// <summary>An engine may die within its first moments, and is then known by what it was last seen to hold.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    /// <summary>While a model loads, its memory grows by gigabytes a second, and an engine that dies then has to be waited for by what it really held.</summary>
    private static readonly TimeSpan PauseWhileLoading = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PauseLater = TimeSpan.FromSeconds(5);

    /// <summary>A look at a large engine takes the kernel a while, in which the engine's own mappings wait: it must not be looked at all the time.</summary>
    private const int LeastPausePerLook = 10;

    private readonly Lock _gate = new();
    private volatile Mark? _last;
    private volatile Mark? _peak;
    private long _told;

    /// <summary>The latest measurement; null before the first.</summary>
    public Mark? Last => _last;

    /// <summary>The most it has had so far, each figure for itself, and the least that was available; null before the first measurement.</summary>
    public Mark? Peak => _peak;

    public void Measure(IReadOnlyList<int> pids)
    {
        // Available first: what the engine takes between the two looks makes the wait longer, not shorter.
        // A dead engine holds nothing, and that is no news: what it held is what has to come back.
        if (pids.Count == 0 || memory.Available() is not { } available || memory.UseOf(pids) is not { } use)
        {
            return;
        }

        lock (_gate)
        {
            _last = new Mark(use, available);
            _peak = _peak is { } peak ? new Mark(MemoryUse.Max(peak.Use, use), Math.Min(peak.Available, available)) : _last;
            var news = _peak.Use.Footprint;
            if (news - _told < WorthTelling && (news - _told) * 100 < Math.Max(_told, 1))
            {
                return;
            }

            _told = news;
        }

        grown?.Invoke(_told);
    }

    /// <summary>Measures now, and again and again until cancelled: often while the model loads, at once when it has, then every 5 s. Does not throw.</summary>
    /// <param name="pids">The living processes of the run.</param>
    /// <param name="loaded">Completes when the model is loaded.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WatchAsync(Func<IReadOnlyList<int>> pids, Task loaded, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        var wasLoaded = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            var start = time.GetTimestamp();
            TryMeasure(pids);
            var least = time.GetElapsedTime(start) * LeastPausePerLook;
            if (wasLoaded)
            {
                await PauseAsync(Longer(PauseLater, least), Task.CompletedTask, cancellationToken);
                continue;
            }

            await PauseAsync(Longer(pause, least), loaded, cancellationToken);
            pause = pause * 2 < PauseWhileLoading ? pause * 2 : PauseWhileLoading;
            wasLoaded = loaded.IsCompleted;
        }
    }

    /// <summary>Measures, if it can be done just now; else the last figure stays.</summary>
    public void TryMeasure(Func<IReadOnlyList<int>> pids)
    {
        try
        {
            Measure(pids());
        }
        catch (IOException)
        {
            // No descriptor is free.
        }
    }

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private async Task PauseAsync(TimeSpan pause, Task shortened, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var passing = Task.Delay(pause, time, over.Token);
        await Task.WhenAny(passing, shortened.IsCompleted ? passing : shortened);
        await over.CancelAsync();
        await passing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <param name="Use">What the run has.</param>
    /// <param name="Available">Bytes that were available at that moment.</param>
    internal sealed record Mark(MemoryUse Use, long Available)
    {
        /// <summary>Bytes that come back when the run dies.</summary>
        public long Held => Use.Held;
    }
}
