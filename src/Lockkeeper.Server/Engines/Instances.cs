using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Control;
using Lockkeeper.Server.Engines.Ledger;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Engines.Readiness;
using Lockkeeper.Server.Engines.Sleep;
using Lockkeeper.Server.Engines.Systemd;
using Lockkeeper.Server.Memory;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines;

/// <summary>All runs: those that live, and for a while the evidence of those that do not.</summary>
/// <param name="observer">Is told what becomes of each.</param>
/// <param name="memory">The memory they share.</param>
/// <param name="settleTimeout">How long the memory of a dead run of a model is waited for at most.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">For their logs, and one category <c>Lockkeeper.Engine.MODEL</c> for what each engine prints.</param>
/// <param name="watch">Looks at the memory once more before a run's memory counts as settled; null for no such look.</param>
internal sealed class Instances(
    IInstanceObserver observer, IMemoryReader memory, Func<ModelSpec, TimeSpan> settleTimeout, TimeProvider time, ILoggerFactory loggers, MemoryWatch? watch = null)
    : IInstanceHost, IAsyncDisposable
{
    /// <summary>Runs whose end is remembered: a request of theirs may ask for the reason a little later.</summary>
    private const int EndedRunsKept = 32;

    private readonly EngineRoom _room = new(memory, watch, settleTimeout, time, loggers);
    private readonly Dormitory _dormitory = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<InstanceId, IRun> _runs = [];
    private readonly Dictionary<InstanceId, Task> _living = [];
    private readonly Queue<InstanceId> _ended = [];
    private bool _closed;

    /// <summary>Is told how each wait for memory ended; null for nobody.</summary>
    public Action<SettleOutcome>? Settled
    {
        get => _room.Settled;
        init => _room.Settled = value;
    }

    /// <summary>When an engine that runs is doubted.</summary>
    public LivenessRules Liveness
    {
        get => _room.Liveness;
        set => _room.Liveness = value;
    }

    /// <summary>Which APIs its engines speak, as far as they have been asked.</summary>
    public SpokenDialects Spoken { get; } = new();

    /// <summary>Where the engines that run are noted; null for nowhere. Closed with this.</summary>
    public EngineLedger? Ledger
    {
        get => _room.Ledger;
        init => _room.Ledger = value;
    }

    /// <inheritdoc/>
    public InstanceFailure? WhyNotStart(ModelSpec model)
    {
        if (model.Engine.Lifecycle is Lifecycle.Attached or Lifecycle.Api or Lifecycle.Ollama or Lifecycle.Cloud)
        {
            return null;
        }

        lock (_gate)
        {
            foreach (var living in _living.Keys)
            {
                if (living.Model == model.Id)
                {
                    return null;
                }
            }
        }

        if (model.Engine.Lifecycle == Lifecycle.Systemd)
        {
            return Systemctl.WhyNot() is { } missing ? InstanceFailure.Of(missing) : null;
        }

        if (model.Path is { } path && !Path.Exists(path))
        {
            return InstanceFailure.Of($"its model file '{path}' does not exist");
        }

        return EngineCommand.TryResolve(model, port: 0, out _, out var problem) ? null : InstanceFailure.Of(problem);
    }

    /// <inheritdoc/>
    public void Start(InstanceId instance, ModelSpec model)
    {
        var told = Spoken.IsOpen(model) ? new DialectProbe(model, () => UpstreamOf(instance), Spoken, observer, time) : observer;
        IRun run = model.Engine.Lifecycle switch
        {
            Lifecycle.Attached => new AttachedEngine(instance, model, _room, told),
            Lifecycle.Api or Lifecycle.Ollama => new ModelInEngine(instance, model, _room, told),
            Lifecycle.Process when model.Engine.Sleep => new SleepableEngine(instance, model, _room, told, _dormitory),
            Lifecycle.Systemd => new SystemdEngine(instance, model, _room, told),
            _ => new EngineSupervisor(instance, model, _room, told),
        };
        lock (_gate)
        {
            _runs.Add(instance, run);
            if (_closed)
            {
                run.Stop(StopReason.Closing);
            }

            _living[instance] = Task.Run(() => LiveAsync(instance, run), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Stop(InstanceId instance, StopReason reason) => Find(instance)?.Stop(reason);

    /// <inheritdoc/>
    public Upstream? UpstreamOf(InstanceId instance) => Find(instance)?.Upstream;

    /// <inheritdoc/>
    public Task<InstanceFailure?> ExamineAsync(InstanceId instance) => Find(instance)?.ExamineAsync() ?? Task.FromResult<InstanceFailure?>(null);

    /// <inheritdoc/>
    public async Task<InstanceFailure?> FailureOfAsync(InstanceId instance, TimeSpan patience)
    {
        if (Find(instance) is not { } run)
        {
            return null;
        }

        await Task.WhenAny(run.Ended, Task.Delay(patience, time, CancellationToken.None));
        return run.Failure ?? run.Interruption;
    }

    /// <summary>Whether its engine runs already, without our doing, and is ours to stop for others.</summary>
    public async Task<bool> RunsAlreadyAsync(ModelSpec model) => model.Engine.Lifecycle == Lifecycle.Systemd
        && (await new SystemdUnit(model.Engine, _room, loggers.CreateLogger<SystemdUnit>()).LookAsync(CancellationToken.None)).State is { IsUp: true };

    /// <summary>The process that kills all engines should Lockkeeper be killed; null before the first start.</summary>
    public int? ReaperPid => _room.Reaper.Pid;

    /// <summary>Whether any run lives, or holds memory still.</summary>
    public bool AnyLives
    {
        get
        {
            lock (_gate)
            {
                return _living.Count > 0;
            }
        }
    }

    /// <summary>All living runs and the latest ended ones, in no particular order.</summary>
    public IReadOnlyList<RunSnapshot> Snapshot()
    {
        lock (_gate)
        {
            return [.. _runs.Values.Select(run => run.Snapshot())];
        }
    }

    /// <summary>Stops everything and waits until it is gone. Memory is no longer waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] living;
        lock (_gate)
        {
            _closed = true;
            foreach (var instance in _living.Keys)
            {
                _runs[instance].Stop(StopReason.Closing);
            }

            living = [.. _living.Values];
        }

        _room.Close();
        await Task.WhenAll(living);
        await _dormitory.DisposeAsync();
        _room.Dispose();
    }

    private IRun? Find(InstanceId instance)
    {
        lock (_gate)
        {
            return _runs.GetValueOrDefault(instance);
        }
    }

    private async Task LiveAsync(InstanceId instance, IRun run)
    {
        await run.RunAsync();
        lock (_gate)
        {
            _living.Remove(instance);
            _ended.Enqueue(instance);
            if (_ended.Count > EndedRunsKept && _runs.Remove(_ended.Dequeue(), out var oldest))
            {
                oldest.Dispose();
            }
        }
    }
}
