using System.Diagnostics;
using System.Globalization;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Engines.Readiness;
using Lockkeeper.Server.Memory;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines;

/// <summary>One run, from start to settled memory. <see cref="RunAsync"/> is the only code that changes its state; others ask it to stop, or look.</summary>
internal sealed partial class EngineSupervisor(InstanceId instance, ModelSpec model, EngineRoom room, IInstanceObserver observer) : IRun
{
    /// <summary>A stranger can still take a leased port before the engine does; another one is tried once.</summary>
    private const int PortsTried = 2;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceWithTheDead = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = room.Loggers.CreateLogger<EngineSupervisor>();
    private readonly CancellationTokenSource _stopAsked = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HeldMemory _held = new(room.Memory, room.Time, peak => observer.Post(new SchedulerEvent.FootprintMeasured(instance, peak)));
    private readonly OutOfMemoryEvidence _outOfMemory = new(room.Memory);
    private volatile EngineProcess? _process;
    private volatile Upstream? _upstream;
    private volatile InstanceFailure? _failure;
    private volatile InstanceFailure? _interruption;
    private volatile RunState _state;
    private volatile LivenessWatch? _watch;

    /// <summary>Where the engine answers, from ready until the run ends.</summary>
    public Upstream? Upstream => _state == RunState.Ready ? _upstream : null;

    /// <summary>Completes when it is known that the run ends, and why.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Why it ended unasked; null while it has not.</summary>
    public InstanceFailure? Failure => _failure;

    public RunSnapshot Snapshot() => new(instance, _state, _process?.Pid, Upstream?.BaseAddress, _held.Last?.Held, _failure)
    {
        FootprintBytes = _held.Peak?.Use.Footprint,
    };

    /// <summary>What to tell requests that were in flight when the run was stopped without waiting for them; null when none had to be.</summary>
    public InstanceFailure? Interruption => _interruption;

    /// <inheritdoc/>
    public async Task<InstanceFailure?> ExamineAsync()
    {
        if (_watch is { } watch && await watch.ExamineAsync(_stopAsked.Token) is not null)
        {
            await Ended;
        }

        return _failure;
    }

    /// <summary>Asks the run to end, in whatever state it is. Returns at once.</summary>
    public void Stop(StopReason reason)
    {
        _interruption ??= Engines.Interruption.Of(reason, instance, model);
        _ = _stopAsked.CancelAsync();
    }

    public void Dispose()
    {
        _upstream?.Dispose();
        _stopAsked.Dispose();
    }

    /// <summary>Lives the whole life of the run.</summary>
    public async Task RunAsync()
    {
        using var over = new CancellationTokenSource();
        var watching = _held.WatchAsync(() => _process?.Tree.Alive() ?? [], _loaded.Task, over.Token);

        // 1. Up: ready, or a failure, or asked to stop meanwhile.
        var failure = await StartAsync();
        var wasReady = failure is null && _state == RunState.Ready;
        if (wasReady)
        {
            room.Watch?.Observe(); // what it has taken is not free any more, and is not counted as still to be taken from here on
            observer.Post(new SchedulerEvent.InstanceReady(instance));
            _loaded.SetResult();

            // 2. Alive, until it dies or is asked to stop.
            failure = await ServeAsync();
        }

        // 3. What failed is told at once: requests wait for the news. What was asked for is told when it is done.
        failure = failure is null ? null : _outOfMemory.Judge(failure, _held.Last);
        End(failure);
        Cut();
        if (failure is not null)
        {
            observer.Post(wasReady ? new SchedulerEvent.InstanceGone(instance, failure) : new SchedulerEvent.StartFailed(instance, failure));
        }

        await over.CancelAsync();
        await watching;
        if (!await StopAsync())
        {
            return;
        }

        if (wasReady && failure is null)
        {
            observer.Post(new SchedulerEvent.InstanceGone(instance, null));
        }

        // 4. Its memory is back.
        _state = RunState.Settling;
        await SettleAsync();
        _state = failure is null ? RunState.Stopped : RunState.Failed;
        room.Watch?.Observe();
        observer.Post(new SchedulerEvent.MemorySettled(instance));
    }

    private void End(InstanceFailure? failure)
    {
        _failure = failure;
        _state = RunState.Stopping;
        _ended.SetResult();
        if (failure is not null)
        {
            LogFailed(instance, failure);
        }
    }

    private async Task<InstanceFailure?> StartAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(model.Engine.StartTimeout, room.Time);
            for (var tried = 1; !_stopAsked.IsCancellationRequested; tried++)
            {
                if (TakePort(out var taken) is not { } lease)
                {
                    return taken;
                }

                if (!EngineCommand.TryResolve(model, lease.Port, out var command, out var problem))
                {
                    lease.Dispose();
                    return InstanceFailure.Of(problem);
                }

                if (command.Fallback is { } fallback && room.IsFirst($"{model.Engine.Name} {fallback.Preset}"))
                {
                    LogFallback(model.Engine.Name, model.Engine.Command[0], fallback.Preset, fallback.Without);
                }

                // Should this throw, the port stays leased: something may have started after all.
                var process = _process = EngineProcess.Start(room, model, command, lease, tree => _held.TryMeasure(tree.Alive));
                LogStarted(instance, process.Pid, process.Port);
                var (failure, stranger) = await BecomeReadyAsync(process, timeout.Token);
                if (stranger is null || tried == PortsTried || model.Engine.Url is not null)
                {
                    return failure;
                }

                LogPortTaken(instance, process.Port, stranger.Pid);
                if (!await process.StopAsync(model.Engine.StopTimeout))
                {
                    return failure;
                }

                _process = null;
            }

            return null;
        }
        catch (Exception e)
        {
            LogCannotStart(instance, e);
            return InstanceFailure.Of($"it could not be started: {e.Message}");
        }
    }

    /// <summary>A port of its own for each start, unless the configuration says which; that one has to be free.</summary>
    private PortLeases.Lease? TakePort(out InstanceFailure? failure)
    {
        failure = null;
        if (model.Engine.Url is not { } url)
        {
            return room.Ports.Take();
        }

        var lease = room.Ports.TryTake(url.Port);
        failure = lease is not null ? null : InstanceFailure.Of(string.Create(CultureInfo.InvariantCulture,
            $"its port {url.Port} (engines.{model.Engine.Name}.url) is taken by {PortOwner.Describe(url.Port)}; end that, or leave url out, and it is given a free port at each start"));
        return lease;
    }

    /// <summary>No failure means that it is ready, or that a stop was asked for. A stranger is one who has the port.</summary>
    private async Task<(InstanceFailure? Failure, PortOwner? Stranger)> BecomeReadyAsync(EngineProcess process, CancellationToken timeout)
    {
        var start = room.Time.GetTimestamp();
        var upstream = new Upstream(EngineProcess.AddressOf(model.Engine, process.Port), model.Engine.ApiKey) { Pulse = new Pulse(room.Time) };
        var probe = new ReadinessProbe(upstream, new ReadyCheck(new EngineTalk(upstream, model.Engine, room.Time), model), () => PortOwner.Of(process.Port, process.Tree), room.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopAsked.Token, timeout);
        var probing = probe.WaitAsync(ending.Token);
        await Task.WhenAny(probing, process.Exited);
        await ending.CancelAsync();
        await ((Task)probing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (!_stopAsked.IsCancellationRequested && !process.Exited.IsCompleted && probing.IsCompletedSuccessfully && await probing is null
            && await WarmUpAsync(process, upstream, timeout))
        {
            _upstream = upstream;
            _state = RunState.Ready;
            LogReady(instance, upstream.BaseAddress, room.Time.GetElapsedTime(start).TotalMilliseconds);
            return (null, null);
        }

        upstream.Dispose();
        if (_stopAsked.IsCancellationRequested)
        {
            return (null, null);
        }

        if (process.Exited.IsCompleted)
        {
            // It may have left because a stranger has its port; that is worth another try, with another port.
            var owner = PortOwner.Of(process.Port, process.Tree);
            return (await process.ExitFailureAsync("before it was ready"), owner.Kind == PortOwner.Owner.Stranger ? owner : null);
        }

        if (!probing.IsCanceled && await probing is { } stranger)
        {
            var pid = stranger.Pid?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
            return (process.Failure(string.Create(CultureInfo.InvariantCulture, $"its port {process.Port} was taken by another process (pid {pid})")), stranger);
        }

        return (process.Failure(string.Create(CultureInfo.InvariantCulture,
            $"it was not ready within start_timeout ({model.Engine.StartTimeout.TotalSeconds:0.###} s); last seen: {probe.LastSeen}")), null);
    }

    /// <returns>Whether it still lives, and is still wanted.</returns>
    private async Task<bool> WarmUpAsync(EngineProcess process, Upstream upstream, CancellationToken timeout)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopAsked.Token, timeout);
        var warming = new WarmUp(instance, model, upstream, room).RunAsync(ending.Token);
        await Task.WhenAny(warming, process.Exited);
        await ending.CancelAsync();
        await warming;
        return !_stopAsked.IsCancellationRequested && !process.Exited.IsCompleted;
    }

    private async Task<InstanceFailure?> ServeAsync()
    {
        var process = _process!;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopAsked.Token);
        var watch = _watch = new LivenessWatch(model, _upstream!, process.Tree.Alive, room.Liveness, room.Time);
        var watching = watch.WatchAsync(over.Token);
        await Task.WhenAny(process.Exited, watch.Dead, Task.Delay(Timeout.InfiniteTimeSpan, room.Time, over.Token));
        await over.CancelAsync();
        await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // That nobody listens any more may be known before that it has exited: of who is dead how he died is told, and not that he lives.
        return _stopAsked.IsCancellationRequested ? null
            : process.Exited.IsCompleted || ProcStat.Of(process.Pid) is { IsAlive: false } ? await process.ExitFailureAsync("while it was ready")
            : process.Failure($"the process lives, but does not work any more: {await watch.Dead}");
    }

    /// <summary>Who still waits for an engine that was found dead is told at once, and not when its process has been killed.</summary>
    private void Cut()
    {
        if (IsFoundDead)
        {
            _upstream?.GiveUp();
        }
    }

    private bool IsFoundDead => _watch?.Dead.IsCompleted == true;

    /// <summary>What has stopped working has nothing to put in order, and need not hear SIGTERM.</summary>
    private TimeSpan StopPatience => IsFoundDead && model.Engine.StopTimeout > PatienceWithTheDead ? PatienceWithTheDead : model.Engine.StopTimeout;

    /// <summary>False when Lockkeeper closes and something of the engine is still there.</summary>
    private async Task<bool> StopAsync()
    {
        if (_process is not { } process)
        {
            return true;
        }

        var start = room.Time.GetTimestamp();
        while (true)
        {
            try
            {
                _held.Measure(process.Tree.Alive());
                if (!await process.StopAsync(StopPatience))
                {
                    return false;
                }

                _upstream?.Dispose();
                LogStopped(instance, process.Pid, room.Time.GetElapsedTime(start).TotalMilliseconds);
                return true;
            }
            catch (Exception e)
            {
                // Not knowing is not "gone": a scheduler that is told so starts the next engine beside this one.
                LogStopFailed(instance, e);
                await Task.Delay(RetryPause, room.Time, CancellationToken.None);
            }
        }
    }

    private async Task SettleAsync()
    {
        if (_process is null)
        {
            return;
        }

        try
        {
            var (outcome, waited) = await Settle.WaitAsync(_held.Last, room.Memory, room.SettleTimeoutOf(model), room.Time, room.Closing);
            var how = $"{SettleOutcomeName.Of(outcome)}, {Describe(outcome)}";
            var held = _held.Last is { } last ? string.Create(CultureInfo.InvariantCulture, $"{last.Held / (1024 * 1024)} MiB") : "unknown";
            var level = outcome == SettleOutcome.TimedOut ? LogLevel.Warning : LogLevel.Information;
            room.Settled?.Invoke(outcome);
            LogSettled(level, instance, how, waited.TotalMilliseconds, held);
        }
        catch (OperationCanceledException)
        {
            // Lockkeeper closes: nobody starts anything any more.
        }
    }

    private static string Describe(SettleOutcome outcome) => outcome switch
    {
        SettleOutcome.Recovered => "its memory is back",
        SettleOutcome.Plateau => "available memory has stopped rising",
        SettleOutcome.TimedOut => "its memory is not back in time, and the next engine may find too little",
        SettleOutcome.Unreadable => "nobody can tell how much has to come back, or has",
        SettleOutcome.NotNeeded => "it held too little to wait for",
        _ => throw new UnreachableException(),
    };

    [LoggerMessage(300, LogLevel.Information, "{Instance}: started as pid {Pid}, to listen on port {Port}")]
    private partial void LogStarted(InstanceId instance, int pid, int port);

    [LoggerMessage(301, LogLevel.Information, "{Instance}: ready on {Address} after {Milliseconds:0} ms")]
    private partial void LogReady(InstanceId instance, Uri address, double milliseconds);

    [LoggerMessage(302, LogLevel.Warning, "{Instance}: port {Port} was taken by another process (pid {Pid}); trying another port")]
    private partial void LogPortTaken(InstanceId instance, int port, int? pid);

    [LoggerMessage(303, LogLevel.Warning, "{Instance}: {Failure}")]
    private partial void LogFailed(InstanceId instance, InstanceFailure failure);

    [LoggerMessage(304, LogLevel.Error, "{Instance}: it could not be started")]
    private partial void LogCannotStart(InstanceId instance, Exception e);

    [LoggerMessage(305, LogLevel.Information, "{Instance}: stopped (pid {Pid}) after {Milliseconds:0} ms")]
    private partial void LogStopped(InstanceId instance, int pid, double milliseconds);

    [LoggerMessage(309, LogLevel.Warning, "engine '{Engine}': there is no '{Program}' on PATH, so '{Preset}' serves its models until there is one, without {Without}")]
    private partial void LogFallback(string engine, string program, string preset, string without);

    [LoggerMessage(306, LogLevel.Error, "{Instance}: it is not known whether the engine is gone; trying again")]
    private partial void LogStopFailed(InstanceId instance, Exception e);

    [LoggerMessage(EventId = 307, Message = "{Instance}: settled after {Milliseconds:0} ms: {Outcome} (held: {Held})")]
    private partial void LogSettled(LogLevel level, InstanceId instance, string outcome, double milliseconds, string held);
}
