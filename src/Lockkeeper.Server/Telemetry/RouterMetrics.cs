using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;

namespace Lockkeeper.Server.Telemetry;

/// <summary>Every instrument of the one meter. Labels are bounded: models of the catalog, priorities, and words of our own. Names and meanings are in docs/metrics.md.</summary>
internal sealed class RouterMetrics : IDisposable
{
    public const string MeterName = "Lockkeeper";

    /// <summary>What stands for a model that is not of the catalog, so that clients cannot invent series.</summary>
    public const string OtherModel = "other";

    /// <summary>Seconds, from a warm answer to a slow load: fine where an idle router answers, and still telling one minute from five.</summary>
    public static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

    private static readonly InstrumentAdvice<double> InSeconds = new() { HistogramBucketBoundaries = Seconds };

    private readonly LiveCatalog _catalog;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _turnedAway;
    private readonly Counter<long> _cancels;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _settles;
    private readonly Counter<long> _evictions;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _firstByte;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _phases;

    /// <summary>Every model that was ever configured in this life: what is told late of one that is gone is still told of it.</summary>
    private volatile FrozenSet<string> _models = FrozenSet<string>.Empty;

    public RouterMetrics(LiveCatalog catalog)
    {
        _catalog = catalog;
        Learn(catalog.Current);
        catalog.Changed += Learn;
        _requests = Meter.CreateCounter<long>("lockkeeper.requests", unit: null, "Requests that have ended, by outcome and by whose doing an error was.");
        _turnedAway = Meter.CreateCounter<long>("lockkeeper.turned_away", unit: null, "Requests not let in, by the code of the error; they count nowhere else.");
        _duration = Meter.CreateHistogram("lockkeeper.request.duration", "s", "From a request's arrival to its end.", tags: null, InSeconds);
        _firstByte = Meter.CreateHistogram("lockkeeper.time_to_first_byte", "s", "From a request's arrival to the first byte of its engine's answer.", tags: null, InSeconds);
        _tokens = Meter.CreateCounter<long>("lockkeeper.tokens", unit: null, "Tokens as engines counted them.");
        _cancels = Meter.CreateCounter<long>("lockkeeper.cancels", unit: null, "Requests ended before their answer was, by whom.");
        _wait = Meter.CreateHistogram("lockkeeper.queue.wait", "s", "How long requests waited for an instance, loading included.", tags: null, InSeconds);
        _phases = Meter.CreateHistogram("lockkeeper.swap.phase", "s", "What swaps spend their time on.", tags: null, InSeconds);
        _settles = Meter.CreateCounter<long>("lockkeeper.settles", unit: null, "How waiting for the memory of a dead instance ended.");
        _evictions = Meter.CreateCounter<long>("lockkeeper.evictions", unit: null, "Instances stopped, and why.");
        ObserveScheduler();
    }

    public Meter Meter { get; } = new(MeterName);

    /// <summary>What the gauges show. Replaced whole before each reading.</summary>
    public SchedulerSnapshot? Latest { get; set; }

    /// <summary>Tells what models have cost today; null for nothing.</summary>
    public Func<IEnumerable<KeyValuePair<ModelId, double>>>? Spent { get; set; }

    /// <summary>A request has ended.</summary>
    public void Ended(JournalEntry entry)
    {
        var model = Label("model", entry.Model is { } id ? NameOf(id) : OtherModel);
        var priority = Label("priority", entry.Priority is { } urgency ? PriorityName.Of(urgency) : "none");
        _requests.Add(1, model, priority, Label("outcome", WordOf(entry.Outcome!.Value)), Label("blame", entry.Blame is { } blame ? WordOf(blame) : "none"));
        _duration.Record(entry.Duration!.Value.TotalSeconds, model);
        if (entry.Queue is { } queue)
        {
            _wait.Record(queue.TotalSeconds, priority);
        }

        if (entry.FirstByte is { } first)
        {
            _firstByte.Record(first.TotalSeconds, model);
        }

        if (entry.PromptTokens is > 0 and var prompt)
        {
            _tokens.Add(prompt, model, Label("kind", "prompt"));
        }

        if (entry.CompletionTokens is > 0 and var completion)
        {
            _tokens.Add(completion, model, Label("kind", "completion"));
        }

        if (entry.Outcome == RequestOutcome.Cancelled || entry.ErrorCode == RouterError.MaxDurationPassed.Name)
        {
            _cancels.Add(1, Label("by", entry.Blame == Blame.Client ? "client" : entry.Outcome == RequestOutcome.Cancelled ? "operator" : "max_duration"));
        }
    }

    /// <summary>A request was not let in.</summary>
    public void TurnedAway(RouterError error) => _turnedAway.Add(1, Label("code", error.Code));

    /// <summary>A phase of a swap is over.</summary>
    public void Swapped(SwapPhase phase, TimeSpan took) => _phases.Record(took.TotalSeconds, Label("phase", WordOf(phase)));

    /// <summary>A wait for memory is over.</summary>
    public void Settled(SettleOutcome outcome) => _settles.Add(1, Label("outcome", outcome switch
    {
        SettleOutcome.Recovered => "recovered",
        SettleOutcome.Plateau => "plateau",
        SettleOutcome.TimedOut => "timeout",
        SettleOutcome.Unreadable => "unreadable",
        _ => "not_needed",
    }));

    /// <summary>An instance is being stopped.</summary>
    public void Evicted(ModelId model, StopReason reason) => _evictions.Add(1, Label("model", NameOf(model)), Label("reason", reason switch
    {
        StopReason.Swap => "swap",
        StopReason.Unwanted => "unwanted",
        StopReason.Idle => "idle",
        StopReason.Overcommit => "overcommit",
        StopReason.Unload => "unload",
        StopReason.ForcedUnload => "forced_unload",
        StopReason.DrainTimeout => "drain_timeout",
        _ => "closing",
    }));

    public void Dispose() => Meter.Dispose();

    public static string WordOf(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Answered => "answered",
        RequestOutcome.Refused => "refused",
        RequestOutcome.Cancelled => "cancelled",
        _ => "failed",
    };

    public static string WordOf(Blame blame) => blame switch
    {
        Blame.Client => "client",
        Blame.Router => "router",
        _ => "engine",
    };

    private static string WordOf(SwapPhase phase) => phase switch
    {
        SwapPhase.Drain => "drain",
        SwapPhase.Stop => "stop",
        SwapPhase.Settle => "settle",
        _ => "load",
    };

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    private string NameOf(ModelId model) => _models.Contains(model.Value) ? model.Value : OtherModel;

    private void Learn(ModelCatalog catalog) => _models = _models.Concat(catalog.Models.Select(model => model.Id.Value)).ToFrozenSet(StringComparer.Ordinal);

    private void ObserveScheduler()
    {
        Meter.CreateObservableGauge("lockkeeper.queue.depth", Depths, unit: null, "Requests waiting for an instance.");
        Meter.CreateObservableGauge("lockkeeper.requests.in_flight", () => PerModel(group => group.Sum(instance => instance.InFlight)), unit: null, "Requests that have an instance.");
        Meter.CreateObservableGauge("lockkeeper.residents", () => PerModel(group => group.Count()), unit: null, "Instances that hold memory, in whatever state.");
        Meter.CreateObservableGauge("lockkeeper.footprint", Footprints, "By", "Memory at the peak of a model's latest run, file pages included.");
        Meter.CreateObservableGauge("lockkeeper.pool.capacity", () => PerPool(pool => pool.Capacity), "By", "Memory that claims on the pool may add up to.");
        Meter.CreateObservableGauge("lockkeeper.pool.claimed", () => PerPool(pool => pool.Claimed), "By", "Memory claimed by instances of the pool.");
        Meter.CreateObservableGauge("lockkeeper.spent.usd", Spendings, unit: null, "US dollars that the requests of a model have cost today.");
        Meter.CreateObservableGauge("lockkeeper.pool.available", () => PerPool(pool => pool.Available), "By", "Memory of the pool last measured free.");
    }

    private IEnumerable<Measurement<long>> Depths() => Latest is not { } snapshot
        ? []
        : Enum.GetValues<Priority>().Select(priority => new Measurement<long>(snapshot.Waiting.Count(waiting => waiting.Ticket.Priority == priority), Label("priority", PriorityName.Of(priority))));

    private IEnumerable<Measurement<long>> PerModel(Func<IEnumerable<InstanceReport>, long> figure)
    {
        var instances = (Latest?.Instances ?? []).ToLookup(instance => NameOf(instance.Id.Model));
        return _catalog.Current.Models.Select(model => model.Id.Value).Select(model => new Measurement<long>(figure(instances[model]), Label("model", model)));
    }

    private IEnumerable<Measurement<long>> Footprints() => (Latest?.Figures ?? FrozenDictionary<ModelId, ModelFigures>.Empty)
        .Where(figures => figures.Value.Footprint is not null && _models.Contains(figures.Key.Value))
        .Select(figures => new Measurement<long>(figures.Value.Footprint!.Value, Label("model", figures.Key.Value)));

    private IEnumerable<Measurement<double>> Spendings() => (Spent?.Invoke() ?? [])
        .Where(spent => _models.Contains(spent.Key.Value))
        .Select(spent => new Measurement<double>(spent.Value, Label("model", spent.Key.Value)));

    private IEnumerable<Measurement<long>> PerPool(Func<PoolReport, long?> figure) => (Latest?.Pools ?? [])
        .Where(pool => figure(pool) is not null)
        .Select(pool => new Measurement<long>(figure(pool)!.Value, Label("pool", pool.Name)));
}
