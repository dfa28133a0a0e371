using System.Globalization;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Engines.Readiness;
using Lockkeeper.Server.Memory;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines.Systemd;

/// <summary>One run of an engine that is a unit of systemd: started, watched and stopped through <c>systemctl</c>. <see cref="RunAsync"/> is the only code that changes its state.</summary>
internal sealed partial class SystemdEngine : IRun
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(500);

    /// <summary>How often its main process is looked for, which costs little, and systemd is asked, which costs a process.</summary>
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    /// <summary>A question without an answer may be a busy machine.</summary>
    private const int LooksLost = 3;

    /// <summary>A unit that systemd has had to start again so often does not come up.</summary>
    private const int RestartsAllowed = 3;

    private readonly InstanceId _instance;
    private readonly ModelSpec _model;
    private readonly EngineRoom _room;
    private readonly IInstanceObserver _observer;
    private readonly ILogger _logger;
    private readonly SystemdUnit _unit;
    private readonly HeldMemory _held;
    private readonly Upstream _upstream;
    private readonly LivenessWatch _liveness;
    private readonly CancellationTokenSource _stopAsked = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile InstanceFailure? _failure;
    private volatile InstanceFailure? _interruption;
    private volatile InstanceFailure? _stuck;
    private volatile RunState _state;
    private volatile bool _isClosing;
    private volatile Func<bool> _isGone = () => false;
    private bool _ranBefore;

    public SystemdEngine(InstanceId instance, ModelSpec model, EngineRoom room, IInstanceObserver observer)
    {
        (_instance, _model, _room, _observer) = (instance, model, room, observer);
        _logger = room.Loggers.CreateLogger<SystemdEngine>();
        _unit = new SystemdUnit(model.Engine, room, _logger);
        _held = new HeldMemory(room.Memory, room.Time, peak => observer.Post(new SchedulerEvent.FootprintMeasured(instance, peak)));
        _upstream = new Upstream(model.Engine.Url!, model.Engine.ApiKey) { Pulse = new Pulse(room.Time) };
        _liveness = new LivenessWatch(model, _upstream, AtWork, room.Liveness, room.Time);
    }

    public Upstream? Upstream => _state == RunState.Ready ? _upstream : null;

    public Task Ended => _ended.Task;

    public InstanceFailure? Failure => _failure;

    public InstanceFailure? Interruption => _interruption;

    public RunSnapshot Snapshot() => new(_instance, _state, _unit.Last?.MainPid, Upstream?.BaseAddress, _held.Last?.Held, _stuck ?? _failure)
    {
        FootprintBytes = _held.Peak?.Use.Footprint,
    };

    /// <inheritdoc/>
    public async Task<InstanceFailure?> ExamineAsync()
    {
        // Where it is gone, systemd may have started another in its place, which answers well: what has become of the one that was asked is about to be told.
        if (_state == RunState.Ready && (_isGone() || await _liveness.ExamineAsync(_stopAsked.Token) is not null))
        {
            await Ended;
        }

        return _failure;
    }

    public void Stop(StopReason reason)
    {
        _isClosing |= reason == StopReason.Closing;
        _interruption ??= Engines.Interruption.Of(reason, _instance, _model);
        _ = _stopAsked.CancelAsync();
    }

    public void Dispose()
    {
        _upstream.Dispose();
        _stopAsked.Dispose();
    }

    public async Task RunAsync()
    {
        using var over = new CancellationTokenSource();
        var watching = _held.WatchAsync(_unit.Processes.Alive, _loaded.Task, over.Token);

        // 1. Up, or a failure, or asked to stop meanwhile.
        var failure = await StartAsync();
        var wasReady = failure is null && !_stopAsked.IsCancellationRequested;
        if (wasReady)
        {
            _state = RunState.Ready;
            _room.Watch?.Observe();
            _observer.Post(new SchedulerEvent.InstanceReady(_instance));
            _loaded.SetResult();

            // 2. Alive, until systemd says otherwise or it is asked to stop.
            using var served = new CancellationTokenSource();
            var asking = _liveness.WatchAsync(served.Token);
            failure = await WatchAsync();
            await served.CancelAsync();
            await asking;
        }

        // 3. What failed is told at once: requests wait for the news. What was asked for is told when it is done.
        _failure = failure;
        _state = RunState.Stopping;
        _ended.SetResult();
        if (failure is not null)
        {
            LogFailed(_instance, failure);
            _upstream.GiveUp();
            _observer.Post(wasReady ? new SchedulerEvent.InstanceGone(_instance, failure) : new SchedulerEvent.StartFailed(_instance, failure));
        }

        await over.CancelAsync();
        await watching;

        // 4. Down, and its memory back; or left as it was found.
        if (!(_isClosing && _ranBefore) && !await FreeAsync(wasReady && failure is null))
        {
            return;
        }

        _state = failure is null ? RunState.Stopped : RunState.Failed;
        _room.Watch?.Observe();
        _observer.Post(new SchedulerEvent.MemorySettled(_instance));
    }

    private async Task<InstanceFailure?> StartAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(_model.Engine.StartTimeout, _room.Time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopAsked.Token);
            var start = _room.Time.GetTimestamp();
            var problem = await BringUpAsync(ending.Token);
            if (problem is null)
            {
                await new WarmUp(_instance, _model, _upstream, _room).RunAsync(ending.Token);
                LogReady(_instance, _unit.Name, _upstream.BaseAddress, _room.Time.GetElapsedTime(start).TotalMilliseconds);
            }

            return problem is null || _stopAsked.IsCancellationRequested ? null : await FailureAsync(problem);
        }
        catch (OperationCanceledException)
        {
            return null; // asked to stop
        }
        catch (Exception e)
        {
            LogCannotStart(_instance, e);
            return InstanceFailure.Of($"it could not be started: {e.Message}");
        }
    }

    /// <summary>Null when it is up and ready.</summary>
    private async Task<string?> BringUpAsync(CancellationToken ending)
    {
        var (found, problem) = await _unit.LookAsync(ending);
        if ((problem ?? found!.Unusable) is { } useless)
        {
            return $"unit '{_unit.Name}' cannot be started: {useless}";
        }

        _ranBefore = found!.IsUp;
        if (_ranBefore)
        {
            LogFound(_instance, _unit.Name);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var starting = _ranBefore ? Task.FromResult<string?>(null) : _unit.StartAsync(over.Token);
        var check = new ReadyCheck(new EngineTalk(_upstream, _model.Engine, _room.Time), _model);
        try
        {
            return await BecomeReadyAsync(starting, check, found.Restarts, ending);
        }
        catch (OperationCanceledException) when (!_stopAsked.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"it was not ready within start_timeout ({_model.Engine.StartTimeout.TotalSeconds:0.###} s); unit '{_unit.Name}' is {_unit.Last}; last seen: {check.LastSeen}");
        }
        finally
        {
            await over.CancelAsync();
            await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string?> BecomeReadyAsync(Task<string?> starting, ReadyCheck check, int restarts, CancellationToken ending)
    {
        for (var (lost, pause) = (0, ShortPause); ; pause = pause * 2 < LongPause ? pause * 2 : LongPause)
        {
            var isDone = starting.IsCompleted;
            if (isDone && await starting is { } refused)
            {
                return $"unit '{_unit.Name}' was not started: {refused}";
            }

            var (state, problem) = await _unit.LookAsync(ending);
            lost = state is null ? lost + 1 : 0;
            restarts = state?.Restarts < restarts ? state.Restarts : restarts; // forgotten with its failures
            if (lost >= LooksLost)
            {
                return problem;
            }

            if (isDone && state?.IsDown == true)
            {
                return $"unit '{_unit.Name}' ended before it was ready: it is {state}";
            }

            if (state?.Restarts - restarts >= RestartsAllowed)
            {
                return $"unit '{_unit.Name}' does not come up, and systemd starts it again and again: it is {state}";
            }

            if (state?.IsUp == true && await check.HoldsAsync(ending))
            {
                return null;
            }

            await Task.Delay(pause, _room.Time, ending);
        }
    }

    /// <summary>Null when a stop was asked for; else what became of it.</summary>
    private async Task<InstanceFailure?> WatchAsync()
    {
        var known = _unit.Last!;
        _isGone = known.MainPid is { } pid && ProcStat.Of(pid) is { } main ? () => !(ProcStat.Of(pid) is { IsAlive: true } now && now.Started == main.Started) : _isGone;
        for (var (lost, asked) = (0, _room.Time.GetTimestamp()); ;)
        {
            await Task.Delay(WatchEvery, _room.Time, _stopAsked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopAsked.IsCancellationRequested)
            {
                return null;
            }

            if (_liveness.Dead.IsCompleted)
            {
                return await FailureAsync($"unit '{_unit.Name}' lives, but does not work any more: {await _liveness.Dead}");
            }

            var isGone = _isGone();
            if (!isGone && _room.Time.GetElapsedTime(asked) < AskEvery)
            {
                continue;
            }

            asked = _room.Time.GetTimestamp();
            var (state, problem) = await _unit.LookAsync(CancellationToken.None);
            lost = state is null ? lost + 1 : 0;
            if (lost >= LooksLost)
            {
                return InstanceFailure.Of($"systemd does not tell any more what becomes of unit '{_unit.Name}': {problem}");
            }

            if (isGone || state is { IsUp: false } || (state is not null && (state.MainPid != known.MainPid || state.Restarts != known.Restarts)))
            {
                return await FailureAsync($"unit '{_unit.Name}' has ended while it was ready: it is {state?.ToString() ?? problem}");
            }
        }
    }

    /// <summary>Its processes, where they are seen to serve. A container that the unit has only asked for works elsewhere: there idleness proves nothing, and only a closed port does.</summary>
    private IReadOnlyList<int> AtWork()
    {
        var alive = _unit.Processes.Alive();
        return PortOwner.IsAmong(alive, _model.Engine.Url!.Port) ? alive : [];
    }

    private async Task<InstanceFailure> FailureAsync(string cause) => InstanceFailure.Of(cause) with
    {
        ExitCode = _unit.Last is { IsUp: false, ExitStatus: > 0 and var code } ? code : null,
        LastOutput = [.. await _unit.LastLinesAsync()],
        OutOfMemory = _unit.Last?.RanOutOfMemory == true,
    };

    /// <summary>
    /// Until the unit is down and its memory back. While it is not, its claim stays, and what needs its memory has to wait: nothing is started on top of it, and it is stopped again and again.
    /// A unit that holds next to nothing is in nobody's way, and is only reported. False when Lockkeeper closes meanwhile.
    /// </summary>
    private async Task<bool> FreeAsync(bool tellGone)
    {
        while (true)
        {
            _held.TryMeasure(_unit.Processes.Alive);
            var start = _room.Time.GetTimestamp();
            var doubt = await WhyNotDownAsync();
            if (doubt is null)
            {
                LogStopped(_instance, _unit.Name, _room.Time.GetElapsedTime(start).TotalMilliseconds);
                if (tellGone)
                {
                    tellGone = false;
                    _observer.Post(new SchedulerEvent.InstanceGone(_instance, null));
                }
            }

            _state = RunState.Settling;
            var outcome = await SettleAsync();
            if (doubt is null || outcome == SettleOutcome.NotNeeded)
            {
                if (tellGone)
                {
                    _observer.Post(new SchedulerEvent.InstanceGone(_instance, null));
                }

                if (doubt is not null)
                {
                    LogLeft(_instance, doubt);
                }

                _stuck = null;
                return true;
            }

            _stuck = InstanceFailure.Of($"{doubt}; nothing that needs its memory is started until it is");
            LogStuck(_instance, _stuck);
            if (_room.Closing.IsCancellationRequested)
            {
                return false;
            }

            await Task.Delay(TryAgain, _room.Time, _room.Closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string?> WhyNotDownAsync()
    {
        try
        {
            if (_unit.Last is null or { Unusable: not null })
            {
                return null; // nothing was ever started
            }

            return await _unit.StopAsync();
        }
        catch (Exception e)
        {
            // Not knowing is not "gone": a scheduler that is told so starts the next engine beside this one.
            return $"unit '{_unit.Name}' could not be stopped: {e.Message}";
        }
    }

    private async Task<SettleOutcome> SettleAsync()
    {
        try
        {
            var (outcome, _) = await Settle.WaitAsync(_held.Last, _room.Memory, _room.SettleTimeoutOf(_model), _room.Time, _room.Closing);
            _room.Settled?.Invoke(outcome);
            return outcome;
        }
        catch (OperationCanceledException)
        {
            return SettleOutcome.TimedOut; // Lockkeeper closes: nobody starts anything any more
        }
    }

    [LoggerMessage(372, LogLevel.Information, "{Instance}: unit {Unit} runs already; it stays when Lockkeeper ends, unless it was stopped for another model before")]
    private partial void LogFound(InstanceId instance, string unit);

    [LoggerMessage(373, LogLevel.Information, "{Instance}: unit {Unit} is ready at {Address} after {Milliseconds:0} ms")]
    private partial void LogReady(InstanceId instance, string unit, Uri address, double milliseconds);

    [LoggerMessage(374, LogLevel.Warning, "{Instance}: {Failure}")]
    private partial void LogFailed(InstanceId instance, InstanceFailure failure);

    [LoggerMessage(375, LogLevel.Error, "{Instance}: it could not be started")]
    private partial void LogCannotStart(InstanceId instance, Exception e);

    [LoggerMessage(376, LogLevel.Information, "{Instance}: unit {Unit} is down after {Milliseconds:0} ms")]
    private partial void LogStopped(InstanceId instance, string unit, double milliseconds);

    [LoggerMessage(377, LogLevel.Warning, "{Instance}: {Doubt}; it holds too little to be in the way, and others go on")]
    private partial void LogLeft(InstanceId instance, string doubt);

    [LoggerMessage(378, LogLevel.Error, "{Instance}: {Stuck}")]
    private partial void LogStuck(InstanceId instance, InstanceFailure stuck);
}
