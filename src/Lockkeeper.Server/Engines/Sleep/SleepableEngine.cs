using System.Diagnostics;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Memory;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines.Sleep;

/// <summary>
/// One run of an engine that can sleep: begun by waking the process of the last run, where that still sleeps, and ended by putting it to sleep again. Whatever goes wrong with that, the process is
/// started anew, or stopped, as any other.
/// </summary>
internal sealed partial class SleepableEngine(InstanceId instance, ModelSpec model, EngineRoom room, IInstanceObserver observer, Dormitory dormitory) : IRun
{
    /// <summary>What a sleeper may keep of its memory: a tenth of what it held, and what an idle machine moves by itself.</summary>
    private const int LeastFreed = 10;
    private const long AlwaysLittle = 256 * 1024 * 1024;

    private readonly ILogger _logger = room.Loggers.CreateLogger<SleepableEngine>();
    private readonly CancellationTokenSource _stopAsked = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HeldMemory _held = new(room.Memory, room.Time);
    private volatile InstanceFailure? _interruption;
    private volatile Sleeper? _sleeper;
    private volatile RunState _state;
    private StopReason _reason;

    public Upstream? Upstream => _state == RunState.Ready ? _sleeper?.Process.Upstream : null;

    public Task Ended => _ended.Task;

    public InstanceFailure? Failure { get; private set; }

    public InstanceFailure? Interruption => _interruption;

    public RunSnapshot Snapshot() => _sleeper is { } sleeper && _state != RunState.Stopped
        ? sleeper.Process.Snapshot() with { Instance = instance, State = _state, BaseAddress = Upstream?.BaseAddress, Failure = Failure }
        : new RunSnapshot(instance, _state, Pid: null, BaseAddress: null, HeldBytes: null, Failure);

    /// <inheritdoc/>
    public Task<InstanceFailure?> ExamineAsync() => _state == RunState.Ready && _sleeper is { } awake ? awake.Process.ExamineAsync() : Task.FromResult(Failure);

    public void Stop(StopReason reason)
    {
        _interruption ??= Engines.Interruption.Of(reason, instance, model);
        _reason = _stopAsked.IsCancellationRequested && reason != StopReason.Closing ? _reason : reason;
        _ = _stopAsked.CancelAsync();
        if (reason == StopReason.Closing)
        {
            _sleeper?.Process.Stop(reason);
        }
    }

    public void Dispose() => _stopAsked.Dispose(); // the process is disposed of where it ends

    public async Task RunAsync()
    {
        var sleeper = await WokenAsync();
        var isWoken = sleeper is not null;
        _sleeper = sleeper ??= new Sleeper(instance, model, room);
        if (!sleeper.TryServe(Relay))
        {
            // It has died between waking and now; who waits is told, and the next start begins anew.
            Fail(InstanceFailure.Of("the process died as soon as it had been woken"));
            await sleeper.Life;
            observer.Post(new SchedulerEvent.MemorySettled(instance));
            return;
        }

        if (isWoken)
        {
            Relay(new SchedulerEvent.InstanceReady(instance));
        }
        else
        {
            sleeper.Begin();
        }

        await Task.WhenAny(sleeper.Life, Task.Delay(Timeout.InfiniteTimeSpan, room.Time, _stopAsked.Token));
        if (!sleeper.Life.IsCompleted && _state == RunState.Ready && _reason is not (StopReason.Closing or StopReason.ForcedUnload or StopReason.DrainTimeout) && await FellAsleepAsync(sleeper))
        {
            return;
        }

        // 3. Stopped, or dead: it ends like any other process, and its own news is the news of this run.
        if (_stopAsked.IsCancellationRequested)
        {
            _state = _state == RunState.Failed ? _state : RunState.Stopping;
            sleeper.Process.Stop(_reason);
        }

        await sleeper.Life;
        _ended.TrySetResult();
        _state = Failure is null ? RunState.Stopped : RunState.Failed;
        sleeper.Dispose();
    }

    /// <summary>The process of the last run, awake and ready; null where there is none, or it could not be woken: then it is gone for good.</summary>
    private async Task<Sleeper?> WokenAsync()
    {
        if (dormitory.Take(model.Id) is not { } sleeper)
        {
            return null;
        }

        var problem = "it is configured otherwise now, or has died in its sleep";
        if (sleeper.CanServe(model))
        {
            var start = room.Time.GetTimestamp();
            problem = await TriedAsync(sleeper.WakeAsync);
            if (problem is null && !_stopAsked.IsCancellationRequested)
            {
                LogWoken(instance, room.Time.GetElapsedTime(start).TotalMilliseconds);
                return sleeper;
            }
        }

        LogNotWoken(instance, problem ?? "it is not wanted any more");
        await sleeper.EndAsync(StopReason.Swap);
        sleeper.Dispose();
        return null;
    }

    /// <summary>False when it has to be stopped instead.</summary>
    private async Task<bool> FellAsleepAsync(Sleeper sleeper)
    {
        _state = RunState.Stopping;
        var tree = new ProcessTree(sleeper.Process.Snapshot().Pid ?? 0, instance.ToString());
        _held.TryMeasure(tree.Alive);
        var before = _held.Last;
        if (await TriedAsync(sleeper.SleepAsync) is { } problem)
        {
            LogNotAsleep(instance, problem);
            return false;
        }

        observer.Post(new SchedulerEvent.InstanceGone(instance, null));
        _state = RunState.Settling;
        var outcome = await SettledAsync(before);
        _held.TryMeasure(tree.Alive);
        var kept = _held.Last?.Held;
        if (kept > AlwaysLittle && kept > before?.Held / LeastFreed)
        {
            LogKeepsTooMuch(instance, kept.Value / (1024 * 1024), before!.Held / (1024 * 1024));
            return false;
        }

        if (!sleeper.TryLeave())
        {
            return false;
        }

        dormitory.Put(model.Id, sleeper);
        LogAsleep(instance, kept / (1024 * 1024), SettleOutcomeName.Of(outcome));
        _ended.TrySetResult();
        _state = RunState.Stopped;
        room.Watch?.Observe();
        observer.Post(new SchedulerEvent.MemorySettled(instance));
        return true;
    }

    private async Task<SettleOutcome> SettledAsync(HeldMemory.Mark? before)
    {
        try
        {
            return (await Settle.WaitAsync(before, room.Memory, room.SettleTimeoutOf(model), room.Time, room.Closing)).Outcome;
        }
        catch (OperationCanceledException)
        {
            return SettleOutcome.TimedOut; // Lockkeeper closes
        }
    }

    private async Task<string?> TriedAsync(Func<CancellationToken, Task<string?>> call)
    {
        try
        {
            return await call(room.Closing);
        }
        catch (OperationCanceledException)
        {
            return "Lockkeeper is closing";
        }
        catch (ObjectDisposedException)
        {
            return Sleeper.Died; // just now, and its connections are put away already
        }
    }

    /// <summary>What the process tells is told of this run, whichever it was started for.</summary>
    private void Relay(SchedulerEvent happened)
    {
        switch (happened)
        {
            case SchedulerEvent.InstanceReady:
                _state = RunState.Ready;
                observer.Post(new SchedulerEvent.InstanceReady(instance));
                break;
            case SchedulerEvent.StartFailed(_, var failure):
                Fail(failure);
                break;
            case SchedulerEvent.InstanceGone(_, { } failure):
                Failure = failure;
                _state = RunState.Failed;
                _ended.TrySetResult();
                observer.Post(new SchedulerEvent.InstanceGone(instance, failure));
                break;
            case SchedulerEvent.InstanceGone:
                observer.Post(new SchedulerEvent.InstanceGone(instance, null));
                break;
            case SchedulerEvent.FootprintMeasured(_, var bytes):
                observer.Post(new SchedulerEvent.FootprintMeasured(instance, bytes));
                break;
            case SchedulerEvent.MemorySettled:
                observer.Post(new SchedulerEvent.MemorySettled(instance));
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void Fail(InstanceFailure failure)
    {
        Failure = failure;
        _state = RunState.Failed;
        _ended.TrySetResult();
        observer.Post(new SchedulerEvent.StartFailed(instance, failure));
    }

    [LoggerMessage(380, LogLevel.Information, "{Instance}: woken and ready after {Milliseconds:0} ms")]
    private partial void LogWoken(InstanceId instance, double milliseconds);

    [LoggerMessage(381, LogLevel.Warning, "{Instance}: the process that slept is stopped, and another started: {Why}")]
    private partial void LogNotWoken(InstanceId instance, string why);

    [LoggerMessage(382, LogLevel.Information, "{Instance}: asleep, keeping {Mebibytes} MiB ({Outcome})")]
    private partial void LogAsleep(InstanceId instance, long? mebibytes, string outcome);

    [LoggerMessage(383, LogLevel.Warning, "{Instance}: it did not fall asleep and is stopped: {Why}")]
    private partial void LogNotAsleep(InstanceId instance, string why);

    [LoggerMessage(384, LogLevel.Warning, "{Instance}: it is stopped, as it keeps {Kept} MiB of {Held} MiB in its sleep; sleeping frees memory only where the GPU has its own")]
    private partial void LogKeepsTooMuch(InstanceId instance, long kept, long held);
}
