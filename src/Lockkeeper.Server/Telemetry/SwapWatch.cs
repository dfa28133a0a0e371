using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Telemetry;

/// <summary>Stands between the engines and the admission loop with a stopwatch: how long each phase of a swap takes, and how much of a wait was loading. Changes nothing that passes.</summary>
internal sealed class SwapWatch(IInstanceObserver next, RouterMetrics metrics, TimeProvider time) : IInstanceObserver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<InstanceId, Run> _runs = [];
    private readonly Dictionary<ModelId, PhaseAverages> _phases = [];
    private ModelId? _left;
    private long _leavingSince;

    /// <summary>The latest swap that is over; null before the first.</summary>
    public SwapReport? LastSwap { get; private set; }

    /// <summary>The run is about to be started.</summary>
    public void Starting(InstanceId instance)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _runs[instance] = new Run { Started = now, Left = _left, SwapBegan = _left is null ? now : _leavingSince };
            _left = null;
        }
    }

    /// <summary>The run gets no more work.</summary>
    public void Draining(InstanceId instance) => Note(instance, (run, now) => run.Draining = now);

    /// <summary>The run is about to be stopped.</summary>
    public void Stopping(InstanceId instance, StopReason reason)
    {
        metrics.Evicted(instance.Model, reason);
        Note(instance, (run, now) =>
        {
            run.Stopping = now;
            if (reason == StopReason.Swap)
            {
                (_left, _leavingSince) = (instance.Model, run.Draining ?? now);
            }

            Took(instance.Model, SwapPhase.Drain, run.Draining, now);
        });
    }

    /// <inheritdoc/>
    public void Post(SchedulerEvent happened)
    {
        TaskCompletionSource? settled = null;
        switch (happened)
        {
            case SchedulerEvent.InstanceReady(var instance):
                Note(instance, (run, now) =>
                {
                    run.Ready = now;
                    LastSwap = ReportOf(instance, run, now, ok: true);
                    Took(instance.Model, SwapPhase.Load, run.Started, now);
                });
                break;
            case SchedulerEvent.StartFailed(var instance, _):
                Note(instance, (run, now) => LastSwap = ReportOf(instance, run, now, ok: false));
                break;
            case SchedulerEvent.InstanceGone(var instance, _):
                Note(instance, (run, now) =>
                {
                    run.Gone = now;
                    Took(instance.Model, SwapPhase.Stop, run.Stopping, now);
                });
                break;
            case SchedulerEvent.MemorySettled(var instance):
                Note(instance, (run, now) =>
                {
                    Took(instance.Model, SwapPhase.Settle, run.Gone, now);
                    _runs.Remove(instance);
                    settled = run.Settled;
                });
                break;
        }

        next.Post(happened);
        settled?.SetResult(); // behind the news itself: who waits for this asks the scheduler next
    }

    /// <summary>The part of the time from <paramref name="since"/> until now in which that run was starting.</summary>
    public TimeSpan LoadSince(InstanceId instance, long since)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(instance, out var run))
            {
                return TimeSpan.Zero;
            }

            var until = run.Ready ?? time.GetTimestamp();
            var from = Math.Max(run.Started, since);
            return until > from ? time.GetElapsedTime(from, until) : TimeSpan.Zero;
        }
    }

    /// <summary>Completes when the run is over and its memory back: at once for one that is over already, or was never ours.</summary>
    public Task WhenSettled(InstanceId instance)
    {
        lock (_gate)
        {
            return _runs.TryGetValue(instance, out var run) ? run.Settled.Task : Task.CompletedTask;
        }
    }

    /// <summary>What the phases of that model's swaps have taken so far.</summary>
    public PhaseAverages PhasesOf(ModelId model)
    {
        lock (_gate)
        {
            return _phases.GetValueOrDefault(model, PhaseAverages.None);
        }
    }

    /// <summary>Goes on from what was learned in an earlier life.</summary>
    public void Remember(ModelId model, PhaseAverages phases)
    {
        lock (_gate)
        {
            _phases[model] = phases;
        }
    }

    private void Note(InstanceId instance, Action<Run, long> note)
    {
        lock (_gate)
        {
            if (_runs.TryGetValue(instance, out var run))
            {
                note(run, time.GetTimestamp());
            }
        }
    }

    private SwapReport ReportOf(InstanceId instance, Run run, long now, bool ok) =>
        new(run.Left, instance.Model, time.GetElapsedTime(run.SwapBegan, now), ok, time.GetUtcNow());

    private void Took(ModelId model, SwapPhase phase, long? since, long now)
    {
        if (since is { } began)
        {
            var took = time.GetElapsedTime(began, now);
            metrics.Swapped(phase, took);
            _phases[model] = _phases.GetValueOrDefault(model, PhaseAverages.None).With(phase, took);
        }
    }

    private sealed class Run
    {
        public required long Started { get; init; }

        public required ModelId? Left { get; init; }

        public required long SwapBegan { get; init; }

        public long? Ready { get; set; }

        public long? Draining { get; set; }

        public long? Stopping { get; set; }

        public long? Gone { get; set; }

        public TaskCompletionSource Settled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
