using System.Collections.Immutable;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Readiness;

namespace Lockkeeper.Server.Engines.Sleep;

/// <summary>
/// A process that outlives the runs it serves: put to sleep at the end of one, woken at the beginning of the next. While it serves a run, its news is that run's; while it sleeps, nobody's.
/// </summary>
internal sealed class Sleeper : IInstanceObserver, IDisposable
{
    /// <summary>What speaks against all that can be asked of a process that is none any more.</summary>
    public const string Died = "the process has died";

    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(20);

    private readonly ModelSpec _model;
    private readonly EngineRoom _room;
    private readonly Lock _gate = new();
    private Action<SchedulerEvent>? _news;

    /// <param name="first">The run it is started for.</param>
    /// <param name="model">The model it serves, for life.</param>
    /// <param name="room">What it shares with others.</param>
    public Sleeper(InstanceId first, ModelSpec model, EngineRoom room)
    {
        (_model, _room) = (model, room);
        Process = new EngineSupervisor(first, model, room, this);
    }

    public EngineSupervisor Process { get; }

    /// <summary>Completes when the process is gone and its memory back.</summary>
    public Task Life { get; private set; } = Task.CompletedTask;

    /// <summary>Whether it can serve that model again, as it is configured now.</summary>
    public bool CanServe(ModelSpec model) => !Process.Ended.IsCompleted && _model.Engine.Command.SequenceEqual(model.Engine.Command) && _model.Engine.WorkingDirectory == model.Engine.WorkingDirectory
        && IsSame(_model.Values, model.Values) && IsSame(_model.Engine.Environment, model.Engine.Environment);

    public void Begin() => Life = Task.Run(Process.RunAsync, CancellationToken.None);

    /// <summary>From now on its news is for that run.</summary>
    /// <returns>False when it has died: its news has been nobody's, and will be.</returns>
    public bool TryServe(Action<SchedulerEvent> news)
    {
        lock (_gate)
        {
            if (Process.Ended.IsCompleted)
            {
                return false;
            }

            _news = news;
            return true;
        }
    }

    /// <summary>Its news is nobody's any more.</summary>
    /// <returns>False when it has died, and the run is being told of it.</returns>
    public bool TryLeave()
    {
        lock (_gate)
        {
            if (Process.Ended.IsCompleted)
            {
                return false;
            }

            _news = null;
            return true;
        }
    }

    public void Post(SchedulerEvent happened)
    {
        lock (_gate)
        {
            _news?.Invoke(happened);
        }
    }

    /// <summary>Has it give up the memory of the GPU and keep its weights in that of the machine, and asks whether it has.</summary>
    /// <returns>Null when it sleeps, else what speaks against it.</returns>
    public async Task<string?> SleepAsync(CancellationToken cancellationToken)
    {
        if (Talk() is not { } talk)
        {
            return Died;
        }

        var reply = await talk.ControlAsync(new ControlCall("POST", "/sleep?level=1", default), _model.Engine.StopTimeout, cancellationToken);
        return reply.IsGood ? await WhyNotAsync(talk, asleep: true, cancellationToken) : reply.InFull();
    }

    /// <summary>Wakes it and waits until it is ready again.</summary>
    /// <returns>Null when it is, else what speaks against it.</returns>
    public async Task<string?> WakeAsync(CancellationToken cancellationToken)
    {
        if (Talk() is not { } talk)
        {
            return Died;
        }

        var reply = await talk.ControlAsync(new ControlCall("POST", "/wake_up", default), _model.Engine.StartTimeout, cancellationToken);
        if (!reply.IsGood)
        {
            return reply.InFull();
        }

        if (await WhyNotAsync(talk, asleep: false, cancellationToken) is { } drowsy)
        {
            return drowsy;
        }

        var check = new ReadyCheck(talk, _model);
        for (var start = _room.Time.GetTimestamp(); !await check.HoldsAsync(cancellationToken);)
        {
            if (Process.Ended.IsCompleted || _room.Time.GetElapsedTime(start) >= _model.Engine.StartTimeout)
            {
                return check.LastSeen;
            }

            await Task.Delay(ShortPause, _room.Time, cancellationToken);
        }

        return null;
    }

    /// <summary>Ends the process.</summary>
    public async Task EndAsync(StopReason reason)
    {
        Process.Stop(reason);
        await Life;
    }

    public void Dispose() => Process.Dispose();

    private static async Task<string?> WhyNotAsync(EngineTalk talk, bool asleep, CancellationToken cancellationToken)
    {
        var reply = await talk.LookAsync("/is_sleeping", wantsBody: true, cancellationToken);
        using var json = reply.Json();
        var says = json is { RootElement.ValueKind: System.Text.Json.JsonValueKind.Object } && json.RootElement.TryGetProperty("is_sleeping", out var state) ? state.ToString() : null;
        return string.Equals(says, asleep.ToString(), StringComparison.OrdinalIgnoreCase) ? null : reply.InFull();
    }

    private static bool IsSame<TValue>(ImmutableDictionary<string, TValue> left, ImmutableDictionary<string, TValue> right) =>
        left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var value) && Equals(entry.Value, value));

    /// <summary>Null for a process that has died, though that may not have been told yet.</summary>
    private EngineTalk? Talk() => Process.Upstream is { } upstream ? new EngineTalk(upstream, _model.Engine, _room.Time) : null;
}
