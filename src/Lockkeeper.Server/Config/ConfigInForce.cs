using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Security;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Config;

/// <summary>The configuration in force, and how another one takes its place: loaded anew, compared, and told to everybody by way of the <see cref="LiveCatalog"/>.</summary>
internal sealed partial class ConfigInForce : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly LockkeeperConfig _started;
    private readonly Func<ConfigResult>? _load;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Discovery _discovery;
    private readonly EngineLists _lists;
    private readonly DiscoveryPlan? _plan;
    private volatile Served _served;
    private volatile ConfigTry _lastTry;
    private volatile ConfigFiles? _files;

    public ConfigInForce(ServeSettings settings, TimeProvider time, ILoggerFactory logs)
    {
        (_started, _plan, _load, _files, _time, _logger) = (settings.Config, settings.Plan, settings.Load, settings.Files, time, logs.CreateLogger<ConfigInForce>());
        Catalog = new LiveCatalog(settings.Catalog);
        _discovery = new Discovery(Catalog, time, logs.CreateLogger<Discovery>());
        _lists = new EngineLists(Catalog, time, logs.CreateLogger<EngineLists>());
        Catalog.Freshener = _lists.FreshenAsync;
        Catalog.Searcher = cancellationToken => Task.WhenAll(_discovery.SearchAsync(cancellationToken), _lists.SearchAsync(cancellationToken));
        _served = new Served(settings.Config, settings.Keys, time.GetUtcNow(), settings.Plan);
        _lastTry = new ConfigTry(_served.Since, ReloadCause.Start, []);
    }

    /// <summary>The models of it, those found in folders and those that engines list. Whoever has to do something about a new configuration listens to its changes, and finds the new one in force by then.</summary>
    public LiveCatalog Catalog { get; }

    /// <summary>Raised when another configuration is in force and everybody knows its models: for whoever looks for more of them, as its folders and engines may be other ones.</summary>
    public event Action? Applied;

    public LockkeeperConfig Config => _served.Config;

    /// <summary>The keys of clients, fetched.</summary>
    public IReadOnlyList<ApiKey> Keys => _served.Keys;

    /// <summary>The first engine of it that is an Ollama; null for none.</summary>
    public EngineSpec? Ollama => _served.Plan?.Ollama;

    /// <summary>Since when it has been in force.</summary>
    public DateTimeOffset Since => _served.Since;

    public ConfigTry LastTry => _lastTry;

    /// <summary>The files that were read at the last try, whatever came of it; null without any.</summary>
    public ConfigFiles? Files => _files;

    /// <summary>Keys that say something else than what Lockkeeper was started with, and count from the next start on.</summary>
    public ImmutableArray<ConfigKey> NeedRestart => [.. ConfigDiff.NeedRestart(ConfigDiff.Of(_started, Config))];

    /// <summary>Completes when the files of the configured models have been read.</summary>
    public Task FilesRead => _plan is null ? Task.CompletedTask : _discovery.ConfiguredRead;

    /// <summary>Begins to look through the files and folders of models, beside everything else.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_plan is not null)
            {
                _discovery.Follow(_plan, before: () => _lists.Follow(_plan));
            }

            _discovery.Start();
            _lists.Start();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _lists.DisposeAsync();
        await _discovery.DisposeAsync();
    }

    /// <summary>Loads the files again. What is sound is in force when this returns; otherwise everything stays as it was.</summary>
    public ConfigTry Reload(ReloadCause cause)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            var result = Load();
            _files = result.Files ?? _files;
            switch (result)
            {
                case ConfigResult.Loaded loaded:
                    _lastTry = new ConfigTry(now, cause, []);
                    Apply(loaded, cause, now);
                    break;
                case ConfigResult.Refused(var problems):
                    _lastTry = new ConfigTry(now, cause, [.. problems]);
                    LogRefused(cause, problems.Count);
                    foreach (var problem in problems)
                    {
                        LogProblem(problem);
                    }

                    break;
            }

            return _lastTry;
        }
    }

    /// <summary>A fault of Lockkeeper's own is one more reason to keep what is in force, and no reason to look away from the files for good.</summary>
    private ConfigResult Load()
    {
        if (_load is null)
        {
            return new ConfigResult.Refused([new ConfigProblem(DemoConfig.Name, 0, "", "is served without a file, so there is nothing to load again")]);
        }

        // Taken before they are read: what changes meanwhile is looked at again.
        var files = _files is { } known ? known with { Print = known.PrintNow() } : null;
        try
        {
            return _load();
        }
        catch (Exception failure)
        {
            LogFailed(failure);
            return new ConfigResult.Refused([new ConfigProblem(files?.Main ?? "", 0, "", $"cannot be read, by a fault of Lockkeeper's own: {failure.Message}")]) { Files = files };
        }
    }

    private void Apply(ConfigResult.Loaded loaded, ReloadCause cause, DateTimeOffset now)
    {
        var differences = ConfigDiff.Of(Config, loaded.Config);

        // Also when no key differs: a secret or a model's file may.
        void Serve()
        {
            _served = new Served(loaded.Config, loaded.Keys, now, loaded.Plan);
            _lists.Follow(loaded.Plan);
        }

        if (loaded.Plan is { } plan)
        {
            _discovery.Follow(plan, before: Serve);
        }
        else
        {
            Catalog.Configure(loaded.Catalog, before: Serve);
        }

        Applied?.Invoke();
        if (differences.Count == 0)
        {
            LogUnchanged(cause);
            return;
        }

        LogApplied(cause, string.Join(", ", differences));
        if (ConfigDiff.NeedRestart(differences).Any() && NeedRestart is { IsEmpty: false } keys)
        {
            LogNeedRestart(string.Join(", ", keys));
        }
    }

    [LoggerMessage(740, LogLevel.Information, "Configuration loaded again ({Cause}): {Differences}")]
    private partial void LogApplied(ReloadCause cause, string differences);

    [LoggerMessage(741, LogLevel.Information, "Configuration loaded again ({Cause}): no key has changed")]
    private partial void LogUnchanged(ReloadCause cause);

    [LoggerMessage(742, LogLevel.Error, "Configuration not loaded ({Cause}): {Count} problems; the one before stays in force")]
    private partial void LogRefused(ReloadCause cause, int count);

    [LoggerMessage(743, LogLevel.Error, "{Problem}")]
    private partial void LogProblem(ConfigProblem problem);

    [LoggerMessage(744, LogLevel.Warning, "A restart is needed for {Keys}")]
    private partial void LogNeedRestart(string keys);

    [LoggerMessage(747, LogLevel.Error, "Loading the configuration failed")]
    private partial void LogFailed(Exception failure);

    private sealed record Served(LockkeeperConfig Config, IReadOnlyList<ApiKey> Keys, DateTimeOffset Since, DiscoveryPlan? Plan);
}
