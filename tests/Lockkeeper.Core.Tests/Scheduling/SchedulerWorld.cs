using System.Globalization;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>
/// Clients, engines, memory and a clock around a scheduler. Turns the steps of a history into events, writes down what is really so, wakes the scheduler at exactly the time it asked
/// for, and has every effect and every silence judged by <see cref="SchedulerPromises"/>.
/// </summary>
internal sealed class SchedulerWorld
{
    private readonly Scheduler _scheduler;
    private readonly List<SchedulerEffect> _effects = [];
    private readonly SchedulerPromises _promises;
    private readonly SchedulerSetup _setup;
    private readonly Dictionary<string, long> _taken = new() { ["gpu"] = 0, ["side"] = 0 };
    private TimeSpan? _wake;
    private int _changed;

    public SchedulerWorld(SchedulerSetup setup)
    {
        _setup = setup;
        _promises = new SchedulerPromises(this);
        Options = setup.Options(0);
        _scheduler = new Scheduler(Options);
        Tell(new SchedulerEvent.Woken());
    }

    public SchedulerOptions Options { get; private set; }

    public TimeSpan Now { get; private set; }

    public Dictionary<long, PlayedRequest> Requests { get; } = [];

    public List<PlayedRun> Runs { get; } = [];

    public Dictionary<ModelId, PlayedModel> Models { get; } = "ABCDEF".ToDictionary(letter => new ModelId(letter.ToString()), _ => new PlayedModel());

    /// <summary>What was last told to be free, and what it was when everything that may go had gone; by pool.</summary>
    public Dictionary<string, (long Free, Dictionary<PlayedRun, long> Held)> Observed { get; } = [];

    public Dictionary<ModelId, bool> PinnedByHand { get; } = [];

    public bool Closed { get; private set; }

    public bool Drained { get; private set; }

    public SchedulerEvent? LastEvent { get; private set; }

    /// <summary>Everything decided so far, in words.</summary>
    public List<string> Transcript { get; } = [];

    public IEnumerable<PlayedRun> Unsettled => Runs.Where(run => run.Unsettled);

    public IEnumerable<PlayedRequest> WhoWaits => Requests.Values.Where(request => request.Fate == Fate.Waiting);

    public SchedulerSnapshot Look() => _scheduler.Look(Now);

    public InstanceReport? ReportOf(PlayedRun run) => _scheduler.Instances.FirstOrDefault(instance => instance.Id == run.Id);

    public ModelOptions? OptionsOf(ModelId model) => Options.Models.FirstOrDefault(options => options.Id == model);

    public PoolOptions PoolOf(string name) => Options.Pools.Single(pool => pool.Name == name);

    /// <summary>The run that serves the model or will; a model that was configured away and back has none of its old ones.</summary>
    public PlayedRun? RunOf(ModelId model) => Runs.LastOrDefault(run => run.Id.Model == model && run.Unsettled && !run.IsOrphan);

    public void Take(Step step)
    {
        Pass(TimeSpan.FromMilliseconds(step.Ms));
        switch (step.Kind)
        {
            case StepKind.Arrive:
                Arrive(step.Pick);
                break;
            case StepKind.Cancel when Pick(Requests.Values.Reverse().Take(8), step.Pick) is { } request:
                Cancel(request);
                break;
            case StepKind.Release when Pick(Requests.Values.Where(request => request.Fate == Fate.Granted), step.Pick) is { } request:
                Release(request, comesBack: step.Pick % 3 > 0);
                break;
            case StepKind.FirstByte when Pick(Requests.Values.Where(request => request.Fate == Fate.Granted), step.Pick) is { } request:
                request.HasSent = true;
                Tell(new SchedulerEvent.FirstByteSent(request.Ticket.Id, request.Run!.Id));
                break;
            case StepKind.Progress when Pick(Unsettled.Where(CanProgress), step.Pick) is { } run:
                Progress(run);
                break;
            case StepKind.FailStart or StepKind.FailForMemory when Pick(Unsettled.Where(run => run.Phase == RunPhase.Starting), step.Pick) is { } run:
                FailStart(run, step.Kind == StepKind.FailForMemory);
                break;
            case StepKind.Crash when Pick(Unsettled.Where(run => run.Phase is RunPhase.Starting or RunPhase.Ready), step.Pick) is { } run:
                Goes(run, InstanceFailure.Of("made to crash"));
                break;
            case StepKind.Stale when Pick(OldNews.Of(Requests.Values, Runs), step.Pick) is { } old:
                ChangesNothing(old);
                break;
            case StepKind.WakeEarly:
                ChangesNothing(new SchedulerEvent.Woken());
                break;
            default:
                Interfere(step);
                break;
        }
    }

    /// <summary>Nobody comes any more, other programs give their memory back, engines do as they are told, every answer ends and time goes on.</summary>
    public void RunDry()
    {
        var patience = 60 * (Requests.Count + Runs.Count + 20);
        foreach (var pool in _taken.Keys)
        {
            _taken[pool] = 0;
            Observe(pool);
        }

        while (WhoWaits.Any() || Requests.Values.Any(request => request.Fate == Fate.Granted) || Unsettled.Any(CanProgress))
        {
            SchedulerPromises.Demand(--patience > 0, "P3: the world does not run dry");
            if (Requests.Values.FirstOrDefault(request => request.Fate == Fate.Granted) is { } granted)
            {
                Release(granted, comesBack: false);
            }
            else if (Unsettled.FirstOrDefault(CanProgress) is { } run)
            {
                Progress(run);
            }
            else
            {
                SchedulerPromises.Demand(_wake > Now, $"P3: {string.Join(", ", WhoWaits.Select(request => request.Ticket))} would wait for ever");
                Pass(_wake!.Value - Now);
            }
        }
    }

    private static bool CanProgress(PlayedRun run) => run.Phase is RunPhase.Starting or RunPhase.Gone || (run.Phase == RunPhase.Ready && run.StopAskedAt is not null);

    private static T? Pick<T>(IEnumerable<T> from, int pick)
        where T : class => from.ToList() is { Count: > 0 } all ? all[pick % all.Count] : null;

    private void Interfere(Step step)
    {
        var pool = step.Pick % 2 == 0 ? "gpu" : "side";
        var model = new ModelId("ABCDE"[step.Pick % 5].ToString());
        switch (step.Kind)
        {
            case StepKind.TakeMemory:
                _taken[pool] = step.Pick % 100;
                Observe(pool);
                break;
            case StepKind.Observe:
                Observe(pool);
                break;
            case StepKind.Configure:
                Configure(_changed ^ (1 << (step.Pick % SchedulerSetup.Changes)));
                break;
            case StepKind.Unload or StepKind.UnloadNow:
                LetGo(RunOf(model) is { IsAttached: false } ours ? ours : null);
                Tell(new SchedulerEvent.UnloadAsked(model, step.Kind == StepKind.UnloadNow));
                break;
            case StepKind.Pin:
                PinnedByHand[model] = step.Pick % 3 == 0 && OptionsOf(model) is not null; // what is not configured cannot be pinned
                Tell(new SchedulerEvent.PinAsked(model, step.Pick % 3 == 0));
                break;
            case StepKind.Drain when !Closed:
                Drained = true;
                Runs.ForEach(LetGo);
                Tell(new SchedulerEvent.DrainAsked());
                break;
            case StepKind.Resume:
                Drained = false;
                Tell(new SchedulerEvent.ResumeAsked());
                break;
            case StepKind.Close:
                Closed = true;
                Runs.ForEach(LetGo);
                Tell(new SchedulerEvent.Closing());
                break;
        }
    }

    private static void LetGo(PlayedRun? run)
    {
        if (run is not null)
        {
            run.IsUnwanted = true;
        }
    }

    private void Configure(int changed)
    {
        _changed = changed;
        Options = _setup.Options(changed);
        foreach (var run in Unsettled.Where(run => !run.IsOrphan))
        {
            var model = OptionsOf(run.Id.Model);
            run.IsOrphan = model is null;
            run.IsUnwanted |= model is null || model.Pool != run.Pool;
        }

        if (OptionsOf(SchedulerSetup.D) is null)
        {
            Models[SchedulerSetup.D] = new PlayedModel();
            PinnedByHand.Remove(SchedulerSetup.D);
        }

        // Who is overdue may be another one now.
        Requests.Values.ToList().ForEach(request => request.PassedOver = 0);
        Tell(new SchedulerEvent.ConfigChanged(Options));
    }

    private void Arrive(int pick)
    {
        var models = Options.Models;
        var priority = (Priority)(pick / 7 % 8 is var p and < 5 ? p : (int)Priority.Medium);
        var ticket = new Ticket(Requests.Count + 1, models[pick % models.Length].Id, priority) { Key = (pick % 4) switch { 0 => "x", 1 => "y", _ => "" }, OnlyLoads = pick % 29 == 0, IdleTimeout = pick % 11 == 0 ? TimeSpan.FromSeconds(pick % 3 * 10) : TimeSpan.MaxValue };
        Requests.Add(ticket.Id, new PlayedRequest(ticket, Now));
        Tell(new SchedulerEvent.Arrived(ticket));
    }

    private void Cancel(PlayedRequest request)
    {
        if (request.Fate == Fate.Waiting)
        {
            (request.Fate, request.EndedAt) = (Fate.Cancelled, Now);
        }

        Tell(new SchedulerEvent.Cancelled(request.Ticket.Id));
    }

    private void Release(PlayedRequest request, bool comesBack)
    {
        var run = request.Run!;
        run.HasServed |= run.InFlight.Remove(request.Ticket.Id);
        run.IdleSince = run.InFlight.Count == 0 ? Now : null;
        run.AskedToIdle = request.Ticket.IdleTimeout;
        var putBack = comesBack && request is { IsAskedBack: true, HasSent: false };
        (request.Fate, request.EndedAt) = (Fate.Released, Now);
        Tell(new SchedulerEvent.Released(request.Ticket.Id, run.Id));
        if (putBack)
        {
            (request.Fate, request.Queued, request.IsAskedBack, request.WasPutBack, request.Crashes) = (Fate.Waiting, Now, false, true, 0);
            request.Ticket = request.Ticket with { Since = request.Since };
            Tell(new SchedulerEvent.Arrived(request.Ticket));
        }
    }

    private void Progress(PlayedRun run)
    {
        switch (run)
        {
            case { Phase: RunPhase.Gone }:
                run.Held = 0;
                foreach (var killed in Requests.Values.Where(request => request.Run == run && request.Fate == Fate.Granted).ToList())
                {
                    Release(killed, comesBack: false);
                }

                Observe(run.Pool);
                (run.Phase, run.SettledAt) = (RunPhase.Settled, Now);
                Models[run.Id.Model].Measured = run is { StopAskedAt: not null, HasServed: true, Peak: { } peak, IsOrphan: false } ? peak : Models[run.Id.Model].Measured;
                Tell(new SchedulerEvent.MemorySettled(run.Id));
                break;
            case { StopAskedAt: not null }:
                Goes(run, failure: null);
                break;
            case { Phase: RunPhase.Starting }:
                (run.Phase, run.ReadyAt, run.IdleSince, run.Held) = (RunPhase.Ready, Now, Now, _setup.FootprintOf(run.Id.Model));
                Models[run.Id.Model].RanAlone |= !run.IsOrphan && Unsettled.Count(other => other.Pool == run.Pool) == 1;
                Tell(new SchedulerEvent.InstanceReady(run.Id));
                if (run.Id.Run % 2 == 0)
                {
                    Measure(run);
                }

                break;
        }
    }

    /// <summary>An engine that has worked for a while holds a little more than when it began.</summary>
    private void Measure(PlayedRun run)
    {
        run.Peak = run.Held;
        var model = run.IsOrphan ? new PlayedModel() : Models[run.Id.Model];
        var known = model.Measured ?? OptionsOf(run.Id.Model)?.Memory;
        model.Measured = run.HasServed || !(run.Held <= known) ? run.Held : model.Measured;
        run.Claim = Math.Max(run.Claim ?? 0, (long)Math.Ceiling(run.Held * PoolOf(run.Pool).SafetyMargin));
        Tell(new SchedulerEvent.FootprintMeasured(run.Id, run.Held));
    }

    private void FailStart(PlayedRun run, bool forMemory)
    {
        var isRefusing = run.StopAskedAt is null && (!forMemory || !WhoWaits.Any(request => request.Ticket.Model == run.Id.Model));
        (run.Phase, run.GoneAt, run.Failed) = (RunPhase.Gone, Now, run.StopAskedAt is null);
        if (run is { StopAskedAt: not null, IsOrphan: false })
        {
            Models[run.Id.Model].EndsWell();
        }
        else if (isRefusing && !run.IsOrphan)
        {
            Models[run.Id.Model].Fails(readyFor: null, Now);
        }

        var waited = WhoWaits.Where(request => request.Ticket.Model == run.Id.Model).ToList();
        Tell(new SchedulerEvent.StartFailed(run.Id, InstanceFailure.Of("made to fail") with { OutOfMemory = forMemory }));
        if (run.StopAskedAt is null && !isRefusing && !run.IsOrphan && waited.TrueForAll(request => request.Fate == Fate.Refused))
        {
            Models[run.Id.Model].Fails(readyFor: null, Now);
        }
    }

    private void Goes(PlayedRun run, InstanceFailure? failure)
    {
        (run.Phase, run.GoneAt) = (RunPhase.Gone, Now);
        if (!run.IsOrphan && run.StopAskedAt is not null)
        {
            Models[run.Id.Model].EndsWell();
        }
        else if (!run.IsOrphan)
        {
            Models[run.Id.Model].Fails(Now - run.ReadyAt, Now);
            WhoWaits.Where(request => request.Ticket.Model == run.Id.Model).ToList().ForEach(request => request.Crashes++);
        }

        Tell(new SchedulerEvent.InstanceGone(run.Id, failure));
    }

    private void Observe(string pool)
    {
        var held = Unsettled.Where(run => run.Pool == pool).ToDictionary(run => run, run => run.Held);
        var free = Math.Max(0, SchedulerSetup.Memory - _taken[pool] - held.Values.Sum());
        Observed[pool] = (free, held);
        Tell(new SchedulerEvent.MemoryObserved(pool, free));
    }

    private void ChangesNothing(SchedulerEvent old)
    {
        Tell(old);
        SchedulerPromises.Demand(_effects.Count == 0, $"nothing new has happened, and yet {old} led to {string.Join(", ", _effects.Select(SchedulerStory.Words))}");
    }

    private void Pass(TimeSpan time)
    {
        var until = Now + time;
        for (var wakes = 0; _wake <= until; wakes++)
        {
            SchedulerPromises.Demand(wakes < 500, "it is woken again and again");
            Now = _wake.Value;
            Tell(new SchedulerEvent.Woken());
        }

        Now = until;
    }

    private void Tell(SchedulerEvent happened)
    {
        LastEvent = happened;
        _effects.Clear();
        Transcript.Add(string.Create(CultureInfo.InvariantCulture, $"{Now.TotalSeconds:0.###} {(happened is SchedulerEvent.ConfigChanged ? "ConfigChanged" : happened)}"));
        _wake = _scheduler.Handle(happened, Now, _effects);
        SchedulerPromises.Demand(_wake is null || _wake > Now, "it wants to be woken in the past");
        foreach (var effect in _effects)
        {
            Transcript.Add("  " + (effect is SchedulerEffect.Stop(_, var reason) ? $"{SchedulerStory.Words(effect)} ({reason})" : SchedulerStory.Words(effect)));
            _promises.Judge(effect);
            Perform(effect);
        }

        _promises.JudgeRest();
    }

    private void Perform(SchedulerEffect effect)
    {
        switch (effect)
        {
            case SchedulerEffect.Grant(var id, var instance):
                var granted = Requests[id];
                (granted.Fate, granted.GrantedAt, granted.HasSent, granted.Run) = (Fate.Granted, Now, false, Runs.Single(run => run.Id == instance));
                granted.Run.InFlight.Add(id);
                (granted.Run.IdleSince, granted.Run.DrainingSince) = (null, null);
                break;
            case SchedulerEffect.Refuse(var id, _):
                (Requests[id].Fate, Requests[id].EndedAt) = (Fate.Refused, Now);
                break;
            case SchedulerEffect.Start(var instance):
                Runs.Add(_promises.StartOf(instance, _setup.FootprintOf(instance.Model) / 2));
                break;
            case SchedulerEffect.Drain(var instance):
                Runs.Single(run => run.Id == instance).DrainingSince = Now;
                break;
            case SchedulerEffect.Stop(var instance, _):
                Runs.Single(run => run.Id == instance).StopAskedAt = Now;
                break;
            case SchedulerEffect.Requeue(var id, _):
                Requests[id].IsAskedBack = true;
                break;
        }
    }
}
