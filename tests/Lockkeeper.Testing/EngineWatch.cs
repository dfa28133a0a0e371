namespace Lockkeeper.Testing;

/// <summary>Looks at the process table as fast as it can for as long as a test runs, and remembers the most engines it has seen alive at once.</summary>
internal sealed class EngineWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;

    public EngineWatch(LockkeeperProcess lockkeeper) => _watching = Task.Factory.StartNew(() => Watch(lockkeeper), TaskCreationOptions.LongRunning);

    /// <summary>Engines alive at the same moment, at most. Two looks agree before it counts: between two reads of one look an engine may end and the next begin.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>How often it looked; a watch that hardly looked has seen nothing.</summary>
    public int Looks { get; private set; }

    /// <summary>Every model an engine was seen for.</summary>
    public HashSet<string> Models { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private void Watch(LockkeeperProcess lockkeeper)
    {
        while (!_end.IsCancellationRequested)
        {
            var engines = lockkeeper.Engines;
            Looks++;
            Models.UnionWith(engines.Select(engine => engine.Model));
            if (engines.Count > MostAtOnce)
            {
                MostAtOnce = Math.Max(MostAtOnce, engines.Count(engine => ProcessTable.IsAlive(engine.Pid)));
            }

            _end.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(1));
        }
    }
}
