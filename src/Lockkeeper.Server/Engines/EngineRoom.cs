using System.Collections.Concurrent;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines.Ledger;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Memory;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines;

/// <summary>What all runs share: the ports, the reaper that guards them, the memory they compete for, the clock.</summary>
internal sealed class EngineRoom(IMemoryReader memory, MemoryWatch? watch, Func<ModelSpec, TimeSpan> settleTimeout, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, byte> _said = new(StringComparer.Ordinal);

    public IMemoryReader Memory => memory;

    /// <summary>Tells the scheduler what is free; null where nobody wants to know.</summary>
    public MemoryWatch? Watch => watch;

    /// <summary>How long the memory of a dead run of the model is waited for at most.</summary>
    public TimeSpan SettleTimeoutOf(ModelSpec model) => settleTimeout(model);

    public TimeProvider Time => time;

    public ILoggerFactory Loggers => loggers;

    /// <summary>Is told how each wait for memory ended; null for nobody.</summary>
    public Action<SettleOutcome>? Settled { get; set; }

    /// <summary>Whether nobody has asked for these words before: for what is logged once.</summary>
    public bool IsFirst(string words) => _said.TryAdd(words, 0);

    /// <summary>Where the engines that run are noted; null where nothing is kept.</summary>
    public EngineLedger? Ledger { get; set; }

    /// <summary>When an engine that runs is doubted.</summary>
    public LivenessRules Liveness { get; set; } = LivenessRules.Default;

    public PortLeases Ports { get; } = new();

    public Reaper Reaper { get; } = new(time, loggers.CreateLogger<Reaper>());

    /// <summary>Cancelled when Lockkeeper closes: nobody waits for memory any more, and nothing is waited for without end.</summary>
    public CancellationToken Closing => _closing.Token;

    public void Close() => _closing.Cancel();

    public void Dispose()
    {
        Reaper.Dispose();
        Ledger?.Dispose();
        _closing.Dispose();
    }
}
