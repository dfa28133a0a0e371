using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>
/// Clients and engines around a scheduler. Turns the steps of a history into events, writes down what is really so, and has every effect and every silence of the scheduler
/// judged by <see cref="SchedulerPromises"/>.
/// </summary>
internal sealed class SchedulerWorld
{
    private static readonly ModelId[] Models = [new("A"), new("B"), new("C")];

    private readonly Scheduler _scheduler;
    private readonly List<SchedulerEffect> _effects = [];
    private readonly List<SchedulerEvent> _told = [];
    private readonly SchedulerPromises _promises;
    private long _now;

    public SchedulerWorld(int maxQueue)
    {
        _promises = new SchedulerPromises(this, maxQueue);
        _scheduler = new Scheduler(new SchedulerOptions
        {
            MaxQueue = maxQueue,
            Pools = [new PoolOptions("gpu")],
            Models = [.. Models.Select(model => new ModelOptions(model, "gpu") { MaxConcurrency = SlotsOf(model) })],
        });
    }

    public enum RunPhase
    {
        Starting,
        Ready,
        Gone,
        Settled,
    }

    public enum Fate
    {
        Waiting,
        Granted,
        Released,
        Refused,
        Cancelled,
    }

    public List<Request> Requests { get; } = [];

    public List<Run> Runs { get; } = [];

    public bool Closed { get; private set; }

    public SchedulerEvent? LastEvent { get; private set; }

    /// <summary>Whether the last event had been told before.</summary>
    public bool IsOldNews { get; private set; }

    /// <summary>Everything decided so far, in words.</summary>
    public List<string> Transcript { get; } = [];

    public Run? Unsettled => Runs.LastOrDefault(run => run.Phase != RunPhase.Settled);

    public IEnumerable<Request> WhoWaits => Requests.Where(request => request.Fate == Fate.Waiting);

    public long LastArrived => Requests.Count;

    public static int SlotsOf(ModelId model) => Array.IndexOf(Models, model) + 1;

    public IReadOnlyList<long> Forecast() => [.. _scheduler.Look(TimeSpan.FromSeconds(_now)).Waiting.Select(waiting => waiting.Ticket.Id)];

    public void Take(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Arrive:
                Arrive(Models[step.Pick % 3], (Priority)(step.Pick / 3 % 7 is var p and < 5 ? p : (int)Priority.Medium));
                break;
            case StepKind.Cancel when Requests.Count > 0:
                Cancel(Requests[^(1 + (step.Pick % Math.Min(8, Requests.Count)))]);
                break;
            case StepKind.Release when Pick(Requests.Where(request => request.Fate == Fate.Granted), step.Pick) is { } request:
                Release(request);
                break;
            case StepKind.Progress:
                Progress();
                break;
            case StepKind.FailStart when Unsettled is { Phase: RunPhase.Starting } run:
                run.Phase = RunPhase.Gone;
                run.Failed = !run.StopAsked;
                Tell(new SchedulerEvent.StartFailed(run.Id, InstanceFailure.Of("made to fail")));
                break;
            case StepKind.Crash when Unsettled is { Phase: RunPhase.Starting or RunPhase.Ready } run:
                Crash(run);
                break;
            case StepKind.Stale:
                Repeat(step.Pick);
                break;
            case StepKind.Close:
                Closed = true;
                Tell(new SchedulerEvent.Closing());
                break;
        }
    }

    /// <summary>Nobody comes any more, engines do as they are told and every answer ends.</summary>
    /// <returns>The tickets granted meanwhile, in order.</returns>
    public IReadOnlyList<long> RunDry()
    {
        var alreadyGranted = Requests.Where(request => request.Run is not null).Select(request => request.Ticket.Id).ToHashSet();
        var order = new List<long>();
        var patience = 10 * (Requests.Count + 10);
        while (WhoWaits.Any() || Requests.Any(request => request.Fate == Fate.Granted) || Unsettled is { } run && (run.Phase != RunPhase.Ready || run.StopAsked))
        {
            SchedulerPromises.Demand(--patience > 0, "P3: the world does not run dry");
            if (Requests.FirstOrDefault(request => request.Fate == Fate.Granted) is { } granted)
            {
                Release(granted);
            }
            else
            {
                Progress();
            }

            order.AddRange(_effects.OfType<SchedulerEffect.Grant>().Select(grant => grant.TicketId).Where(id => !alreadyGranted.Contains(id)));
        }

        return order;
    }

    private static T? Pick<T>(IEnumerable<T> from, int pick)
    {
        var all = from.ToList();
        return all.Count == 0 ? default : all[pick % all.Count];
    }

    private void Arrive(ModelId model, Priority priority)
    {
        var request = new Request(new Ticket(Requests.Count + 1, model, priority));
        Requests.Add(request);
        Tell(new SchedulerEvent.Arrived(request.Ticket));
    }

    private void Cancel(Request request)
    {
        request.Fate = request.Fate == Fate.Waiting ? Fate.Cancelled : request.Fate;
        Tell(new SchedulerEvent.Cancelled(request.Ticket.Id));
    }

    private void Release(Request request)
    {
        request.Fate = Fate.Released;
        request.Run!.InFlight.Remove(request.Ticket.Id);
        Tell(new SchedulerEvent.Released(request.Ticket.Id, request.Run.Id));
    }

    private void Progress()
    {
        switch (Unsettled)
        {
            case { Phase: RunPhase.Gone } run:
                run.Phase = RunPhase.Settled;
                Tell(new SchedulerEvent.MemorySettled(run.Id));
                break;
            case { StopAsked: true } run:
                run.Phase = RunPhase.Gone;
                Tell(new SchedulerEvent.InstanceGone(run.Id, Failure: null));
                break;
            case { Phase: RunPhase.Starting } run:
                run.Phase = RunPhase.Ready;
                run.ArrivedBeforeReady = LastArrived;
                Tell(new SchedulerEvent.InstanceReady(run.Id));
                break;
        }
    }

    private void Crash(Run run)
    {
        run.Phase = RunPhase.Gone;
        if (!run.StopAsked)
        {
            WhoWaits.Where(request => request.Ticket.Model == run.Id.Model).ToList().ForEach(request => request.Crashes++);
        }

        Tell(new SchedulerEvent.InstanceGone(run.Id, InstanceFailure.Of("made to crash")));
    }

    /// <summary>Repeats old news. News of the current run that would still mean something is left out, and so is an arrival: a ticket arrives once.</summary>
    private void Repeat(int pick)
    {
        var old = Pick(
            _told.Where(told => told switch
            {
                SchedulerEvent.Released => true,
                SchedulerEvent.Cancelled(var id) => Requests[(int)id - 1].Fate != Fate.Waiting,
                SchedulerEvent.InstanceReady or SchedulerEvent.MemorySettled or SchedulerEvent.StartFailed => true,
                SchedulerEvent.InstanceGone => true,
                _ => false,
            }),
            pick);
        if (Unsettled is { StopAsked: true } run && pick % 2 == 0)
        {
            old = new SchedulerEvent.InstanceReady(run.Id);
        }

        if (old is not null)
        {
            IsOldNews = true;
            Tell(old);
            IsOldNews = false;
            SchedulerPromises.Demand(_effects.Count == 0, $"old news changed something: {old} led to {string.Join(", ", _effects.Select(SchedulerStory.Words))}");
        }
    }

    private void Tell(SchedulerEvent happened)
    {
        _told.Add(happened);
        LastEvent = happened;
        _effects.Clear();
        _scheduler.Handle(happened, TimeSpan.FromSeconds(++_now), _effects);
        Transcript.Add(happened.ToString());
        foreach (var effect in _effects)
        {
            Transcript.Add(SchedulerStory.Words(effect));
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
                var granted = Requests[(int)id - 1];
                granted.Fate = Fate.Granted;
                granted.Run = Runs.Single(run => run.Id == instance);
                granted.Run.InFlight.Add(id);
                break;
            case SchedulerEffect.Refuse(var id, _):
                Requests[(int)id - 1].Fate = Fate.Refused;
                break;
            case SchedulerEffect.Start(var instance):
                Runs.Add(new Run(instance));
                break;
            case SchedulerEffect.Drain:
                Unsettled!.Drained = true;
                break;
            case SchedulerEffect.Stop:
                Unsettled!.StopAsked = true;
                break;
        }
    }

    internal sealed class Request(Ticket ticket)
    {
        public Ticket Ticket => ticket;

        public Fate Fate { get; set; }

        public Run? Run { get; set; }

        public int Crashes { get; set; }
    }

    internal sealed class Run(InstanceId id)
    {
        public InstanceId Id => id;

        public RunPhase Phase { get; set; }

        public bool StopAsked { get; set; }

        public bool Drained { get; set; }

        public bool Failed { get; set; }

        public long ArrivedBeforeReady { get; set; }

        public HashSet<long> InFlight { get; } = [];
    }
}
