using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Api.Ollama;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Engines.Ledger;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Ingress.Media;
using Lockkeeper.Server.Memory;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Security;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lockkeeper.Server;

/// <summary>The composition root: from a checked configuration to one address in front of all engines, and down again.</summary>
internal sealed partial class LockkeeperApp : IAsyncDisposable
{
    /// <summary>A disk that sleeps or hangs must not keep models from being loaded.</summary>
    private static readonly TimeSpan FilesMayTake = TimeSpan.FromSeconds(2);

    private readonly WebApplication _web;
    private readonly Instances _instances;
    private readonly Clouds _clouds = new(TimeProvider.System);
    private readonly MediaIntake _media = MediaIntake.OfThisMachine(TimeProvider.System);
    private readonly Admission _admission;
    private readonly Preload _preload;
    private readonly Observation _observation;
    private readonly MemoryWatch _watch;
    private readonly ConfigInForce _config;
    private readonly ConfigWatcher _watcher;
    private readonly IDisposable? _reloadSignal;
    private readonly Leftovers? _leftovers;
    private readonly ILogger<LockkeeperApp> _logger;
    private volatile IngressOptions _limits = null!;

    private LockkeeperApp(ServeSettings settings, TimeProvider time)
    {
        _web = BuildWeb(settings.Config.Server, settings.Verbose);
        var logs = _web.Services.GetRequiredService<ILoggerFactory>();
        _logger = logs.CreateLogger<LockkeeperApp>();
        _config = new ConfigInForce(settings, time, logs);
        var catalog = _config.Catalog;
        var mailbox = new AdmissionMailbox();
        var memory = MachineMemory.OfThisMachine();
        var pressures = new Pressures(memory.System, time, logs.CreateLogger<Pressure>());
        _watch = new MemoryWatch(() => _config.Config.PoolsOrDefault.Keys, memory, mailbox, () => _instances?.AnyLives == true || _admission?.AnyWaits == true, time);
        _observation = new Observation(catalog, settings.StateFile, mailbox, time, logs);
        var stateFolder = Path.GetDirectoryName(settings.StateFile);
        _leftovers = stateFolder is null ? null : new Leftovers(stateFolder, time, logs.CreateLogger<Leftovers>());
        var ledger = stateFolder is null ? null : EngineLedger.Open(stateFolder, logs.CreateLogger<EngineLedger>());
        _instances = new Instances(_observation.Swaps, memory, SettleTimeoutOf, time, logs, _watch)
        {
            Settled = _observation.Metrics.Settled,
            Ledger = ledger,
            Liveness = new LivenessRules { Usual = _observation.UsualOf, OthersWait = () => _admission?.AnyWaits == true },
        };
        var total = memory.Total();
        SchedulerOptions Options(ModelCatalog models) => SchedulerSetup.Of(models, _config.Config, total, _observation.Figures);
        _admission = new Admission(catalog.Current, Options(catalog.Current), mailbox, _instances, time, logs.CreateLogger<Admission>()) { Watch = _observation.Swaps };
        _observation.Begin(_admission, _instances, _clouds);
        _preload = new Preload(_admission, time, logs.CreateLogger<Preload>());
        _admission.Ended = _preload.Ended;
        var entrance = new Entrance(time, logs.CreateLogger<FrontDoor>()) { Refused = _observation.Metrics.TurnedAway };

        PressureLevel Worst() => _config.Config.PoolsOrDefault.Keys.Select(pressures.LevelOf).Max();

        // What the request path looks up comes before the models that it leads to.
        void Configure(ModelCatalog models)
        {
            var config = _config.Config;
            pressures.Configure(config.PoolsOrDefault);
            _limits = new IngressOptions(config.Server.MaxBody.Bytes, config.Scheduling.KeepAliveInterval, config.Scheduling.RequestTimeout, model => pressures.LevelOf(model.Pool))
            {
                KeepAliveJson = config.Scheduling.KeepAliveJson,
                ProgressAsReasoning = config.Scheduling.ProgressAsReasoning,
            };
            entrance.Configure(config.Server, _config.Keys, models);
        }

        Configure(catalog.Current);
        catalog.Changed += Configure;
        catalog.Changed += models => _admission.Reconfigure(models, Options(models));
        Map(entrance, new Wellbeing(memory.System, Worst, () => _observation.IsKept && ledger?.IsKept != false, _observation.Totals, time), time, logs);

        // From here on the catalog may change: by a new configuration, and by whoever finds models in folders (catalog.Find, and anew at each _config.Applied).
        _watcher = new ConfigWatcher(_config, time, logs.CreateLogger<ConfigWatcher>());
        _reloadSignal = settings.OnReloadSignal?.Invoke(() => _ = Task.Run(() => _config.Reload(ReloadCause.Signal), CancellationToken.None));
    }

    /// <summary>Serves until <paramref name="stop"/>, then closes down in order.</summary>
    /// <returns>The exit code: 0 after an orderly end.</returns>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<int> RunAsync(ServeSettings settings, CancellationToken stop)
    {
        await using var app = new LockkeeperApp(settings, TimeProvider.System);
        MediaIntake.Sweep(TimeProvider.System);
        try
        {
            await (app._leftovers?.ReapAsync() ?? Task.CompletedTask); // before anything is started: what was left has memory, and perhaps a port, that is needed
            await app._preload.AdoptAsync(settings.Catalog, app._instances.RunsAlreadyAsync);
            await app._web.StartAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0; // asked to stop before it listened: an orderly end as well
        }

        await Greeting.WriteAsync(settings, app._web.Urls.First());
        app._config.Begin();
        _ = app.PreloadAsync();

        await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop), app._admission.Completion);
        await app.CloseAsync();
        return app._admission.Completion.IsFaulted ? 1 : 0;
    }

    public async ValueTask DisposeAsync()
    {
        _reloadSignal?.Dispose();
        await _watcher.DisposeAsync();
        await _config.DisposeAsync();
        await _watch.DisposeAsync();
        await _instances.DisposeAsync();
        await _observation.DisposeAsync();
        _admission.Dispose();
        await _web.DisposeAsync();
        _clouds.Dispose();
        _media.Dispose();
    }

    /// <summary>
    /// Nothing new is admitted and what waits is refused; what runs has <c>shutdown_grace</c> to end, then its connections are cut; the engines go last,
    /// so that none is stopped under a request that may still end well.
    /// </summary>
    private async Task CloseAsync()
    {
        var grace = _config.Config.Server.ShutdownGrace;
        _web.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout = grace; // it may have changed since the start
        LogClosing(HumanDuration.Format(grace));
        _ = _admission.CloseAsync();
        _observation.Close();
        await _web.StopAsync(CancellationToken.None);
    }

    /// <summary>What the files tell of the models is better known before: it says how much memory they need.</summary>
    private async Task PreloadAsync()
    {
        await Task.WhenAny(_config.FilesRead, Task.Delay(FilesMayTake, TimeProvider.System, CancellationToken.None));
        _preload.Begin(_config.Catalog.Current);
    }

    private TimeSpan SettleTimeoutOf(ModelSpec model) => (_config.Config.PoolsOrDefault.GetValueOrDefault(model.Pool) ?? new PoolConfig()).SettleTimeout;

    private void Map(Entrance entrance, Wellbeing wellbeing, TimeProvider time, ILoggerFactory logs)
    {
        _web.UseRequestIds(new RequestIds(time));
        _web.Use(new LastResort(logs.CreateLogger<LastResort>()).PassAsync);
        _web.Use(entrance.PassAsync);
        _web.MapHealth();
        _observation.Map(_web, wellbeing, new OllamaStore(() => _config.Ollama, () => _config.Config.AllowDestructiveOllamaApi));
        _web.MapConfig(_config);
        new Endpoints(_config.Catalog, _admission, () => _limits, _observation.Journal, logs.CreateLogger<Endpoints>())
        {
            Prepare = new Prepare(_instances, new Translation(_instances.Spoken.Of, TimeProvider.System), _media),
            Forward = new Forward(_admission, _instances, _observation.Journal.Time, logs.CreateLogger<Forward>()) { Clouds = _clouds, Spending = _observation.Spending },
        }.Map(_web);
    }

    private static WebApplication BuildWeb(ServerConfig server, bool verbose)
    {
        // The empty builder reads no environment variables and no settings files: the one configuration file is the whole truth.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddConsoleLogging(verbose);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.WebHost.UseKestrelCore().UseUrls(server.Listen).ConfigureKestrel(Limit);
        return builder.Build();
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1; // the one encoding in which every byte passes as it came
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        kestrel.Limits.MaxRequestBodySize = null; // Peek has its own limit, and a better answer
        kestrel.Limits.MaxResponseBufferSize = BodyCopier.Buffer;
        kestrel.Limits.MinResponseDataRate = null; // a reader may be slow while nobody else waits
    }

    [LoggerMessage(1, LogLevel.Information, "Closing: what runs has {Grace} to end; a second signal does not wait")]
    private partial void LogClosing(string grace);

    /// <summary>The caller's token alone ends the program: the default lifetime would take SIGINT and SIGTERM for itself.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
