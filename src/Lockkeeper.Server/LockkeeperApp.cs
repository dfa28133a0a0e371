using System.Collections.Frozen;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Ingress;
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

namespace Lockkeeper.Server;

/// <summary>The composition root: from a checked configuration to one address in front of all engines, and down again.</summary>
internal sealed partial class LockkeeperApp : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Instances _instances;
    private readonly Clouds _clouds = new();
    private readonly Admission _admission;
    private readonly Preload _preload;
    private readonly Observation _observation;
    private readonly MemoryWatch _watch;
    private readonly TimeSpan _grace;
    private readonly ILogger<LockkeeperApp> _logger;

    private LockkeeperApp(ServeSettings settings, TimeProvider time)
    {
        var config = settings.Config;
        _web = BuildWeb(config.Server, settings.Verbose);

        _grace = config.Server.ShutdownGrace;
        var logs = _web.Services.GetRequiredService<ILoggerFactory>();
        _logger = logs.CreateLogger<LockkeeperApp>();
        var mailbox = new AdmissionMailbox();
        var pools = config.PoolsOrDefault;
        var memory = MachineMemory.OfThisMachine();
        var pressures = pools.ToFrozenDictionary(pool => pool.Key, pool => new Pressure(memory.System, PressureSetup.Thresholds(pool.Value.Pressure), time, logs.CreateLogger<Pressure>()), StringComparer.Ordinal);
        _watch = new MemoryWatch([.. pools.Keys], memory, mailbox, () => _instances?.AnyLives == true || _admission?.AnyWaits == true, time);
        _observation = new Observation(settings.Catalog, settings.StateFile, mailbox, time, logs);
        _instances = new Instances(_observation.Swaps, memory, model => pools[model.Pool].SettleTimeout, time, logs, _watch) { Settled = _observation.Metrics.Settled };
        var options = SchedulerSetup.Of(settings.Catalog, config, memory.Total(), _observation.Figures);
        _admission = new Admission(settings.Catalog, options, mailbox, _instances, time, logs.CreateLogger<Admission>()) { Watch = _observation.Swaps };
        _observation.Begin(_admission, _instances, _clouds);
        _preload = new Preload(_admission, logs.CreateLogger<Preload>());

        var limits = new IngressOptions(
            config.Server.MaxBody.Bytes, config.Scheduling.KeepAliveInterval, config.Scheduling.RequestTimeout, model => pressures[model.Pool].Level());
        var keys = new KeyRing(settings.Keys, config.Server.AllowAnonymous, settings.Catalog, time);
        _web.UseRequestIds(new RequestIds(time));
        _web.Use(new LastResort(logs.CreateLogger<LastResort>()).PassAsync);
        _web.Use(new FrontDoor(config.Server, keys, logs.CreateLogger<FrontDoor>()) { Refused = _observation.Metrics.TurnedAway }.PassAsync);
        _web.MapHealth();
        _observation.Map(_web);
        _web.MapModels(settings.Catalog, time.GetUtcNow());
        new Endpoints(settings.Catalog, _admission, _instances, limits, _observation.Journal, logs.CreateLogger<Endpoints>()) { Clouds = _clouds }.Map(_web);
    }

    /// <summary>Serves until <paramref name="stop"/>, then closes down in order.</summary>
    /// <returns>The exit code: 0 after an orderly end.</returns>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<int> RunAsync(ServeSettings settings, CancellationToken stop)
    {
        await using var app = new LockkeeperApp(settings, TimeProvider.System);
        await app._preload.AdoptAsync(settings.Catalog, app._instances.RunsAlreadyAsync);
        try
        {
            await app._web.StartAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0; // asked to stop before it listened: an orderly end as well
        }

        await Greeting.WriteAsync(settings, app._web.Urls.First());
        app._preload.Begin(settings.Catalog);

        await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop), app._admission.Completion);
        await app.CloseAsync();
        return app._admission.Completion.IsFaulted ? 1 : 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _instances.DisposeAsync();
        await _observation.DisposeAsync();
        _admission.Dispose();
        await _web.DisposeAsync();
        _clouds.Dispose();
    }

    /// <summary>
    /// Nothing new is admitted and what waits is refused; what runs has <c>shutdown_grace</c> to end, then its connections are cut; the engines go last,
    /// so that none is stopped under a request that may still end well.
    /// </summary>
    private async Task CloseAsync()
    {
        var grace = HumanDuration.Format(_grace);
        LogClosing(grace);
        _ = _admission.CloseAsync();
        _observation.Close();
        await _web.StopAsync(CancellationToken.None);
    }

    private static WebApplication BuildWeb(ServerConfig server, bool verbose)
    {
        // The empty builder reads no environment variables and no settings files: the one configuration file is the whole truth.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddConsoleLogging(verbose);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = server.ShutdownGrace);
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
