using System.Collections.Frozen;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Api.Ollama;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server;

/// <summary>Everybody who only watches, put together: what is counted, noted, learned and shown. The second half of the composition root.</summary>
internal sealed class Observation : IAsyncDisposable
{
    private readonly LiveCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly PrometheusText _text;
    private readonly Learning _learning;
    private readonly ResponseTimes _times = new();
    private readonly LearnedFile? _file;
    private Lookout _lookout = null!;
    private ChangeFeed _feed = null!;
    private LearnedKeeper? _keeper;

    /// <param name="catalog">The models.</param>
    /// <param name="stateFile">Where what is learned is kept; null for nowhere.</param>
    /// <param name="next">Whom the news of instances goes to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">For the state file.</param>
    public Observation(LiveCatalog catalog, string? stateFile, IInstanceObserver next, TimeProvider time, ILoggerFactory logs)
    {
        (_catalog, _time) = (catalog, time);
        Metrics = new RouterMetrics(catalog);
        _text = new PrometheusText(Metrics.Meter);
        Swaps = new SwapWatch(next, Metrics, time);
        Journal = new Journal(time, Swaps);
        var speeds = new Speeds();
        _learning = new Learning(Swaps, speeds);
        _file = stateFile is null ? null : new LearnedFile(stateFile, logs.CreateLogger<LearnedFile>());
        Spending = new Spending(stateFile is null ? null : SpendingFileOf(stateFile, logs), time);
        Figures = _learning.Remember(_file?.Load() ?? new Dictionary<ModelId, LearnedModel>());
        Metrics.Spent = () => Spending.Now().Select(model => KeyValuePair.Create(model.Key, model.Value.Spent));
        Journal.Ended += Metrics.Ended;
        Journal.Ended += speeds.Observe;
        Journal.Ended += _times.Observe;
        Journal.Ended += Totals.Observe;
    }

    public RouterMetrics Metrics { get; }

    /// <summary>How long that model usually lets a request wait for its first byte.</summary>
    public UsualTimes UsualOf(ModelId model) => _times.Of(model);

    public SwapWatch Swaps { get; }

    /// <summary>How requests have ended.</summary>
    public RequestTotals Totals { get; } = new();

    /// <summary>What models in clouds cost.</summary>
    public Spending Spending { get; }

    /// <summary>Whether what is learned can be written.</summary>
    public bool IsKept => _file?.IsKept != false;

    public Journal Journal { get; }

    /// <summary>What was learned in earlier lives, for the scheduler.</summary>
    public FrozenDictionary<ModelId, ModelFigures> Figures { get; }

    /// <summary>There is something to watch.</summary>
    public void Begin(Admission admission, Instances instances, Clouds clouds)
    {
        _lookout = new Lookout(_catalog, admission, instances, Journal, _learning, Swaps) { Clouds = clouds };
        _feed = new ChangeFeed(_lookout, _time);
        Journal.Ended += _feed.Ended;
        _keeper = _file is null ? null : new LearnedKeeper(_file, () => _learning.CollectAsync(admission, instances), _time);
    }

    public void Map(IEndpointRouteBuilder routes, Wellbeing wellbeing, OllamaStore store)
    {
        var now = _time.GetUtcNow();
        routes.MapWholeHealth(_lookout, wellbeing);
        routes.MapQueueStatus(_lookout, wellbeing);
        routes.MapModels(_catalog, _lookout.LookAsync, now);
        routes.MapOllama(_catalog, _lookout, store, now);
        routes.MapBackendsHealth(_lookout);
        routes.MapAdmin(_lookout, _feed);
        routes.MapSpending(_lookout, Spending);
        routes.MapMetrics(_lookout.Admission, Metrics, _text);
    }

    /// <summary>Ends all subscriptions: who listens would keep the server from closing.</summary>
    public void Close() => _feed.Dispose();

    /// <summary>What was learned is saved once more. The instances are gone already, so their last figures are in it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_keeper is not null)
        {
            await _keeper.DisposeAsync();
        }

        await Spending.DisposeAsync();
        _feed.Dispose();
        _text.Dispose();
        Metrics.Dispose();
    }

    private static SpendingFile SpendingFileOf(string stateFile, ILoggerFactory logs)
    {
        var path = Path.Combine(Path.GetDirectoryName(stateFile)!, "spending.json");
        return new SpendingFile(path, new LearnedFile(path, logs.CreateLogger<LearnedFile>()), logs.CreateLogger<SpendingFile>());
    }
}
