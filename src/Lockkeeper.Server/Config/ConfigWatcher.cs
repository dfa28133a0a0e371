using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Config;

/// <summary>
/// Has the configuration loaded again when its files say something else. What they say is what counts, not what the file system tells: editors write in several steps or put a new file
/// in the place of the old one, links are turned, and network file systems tell nothing at all.
/// </summary>
internal sealed partial class ConfigWatcher : IAsyncDisposable
{
    /// <summary>From the first sign of a change until the files are read: an editor is not done with its first step.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(150);

    /// <summary>How often the files are read when nothing tells of a change.</summary>
    private static readonly TimeSpan Anyway = TimeSpan.FromSeconds(10);

    private readonly ConfigInForce _config;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _signs = new(0);
    private readonly Dictionary<string, FileSystemWatcher> _places = new(StringComparer.Ordinal);
    private readonly Task _watching;

    /// <param name="config">What is loaded again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For folders that cannot be watched.</param>
    public ConfigWatcher(ConfigInForce config, TimeProvider time, ILogger<ConfigWatcher> logger)
    {
        (_config, _time, _logger) = (config, time, logger);
        _watching = config.Files is null ? Task.CompletedTask : Task.Run(WatchAsync, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        foreach (var place in _places.Values)
        {
            place.Dispose();
        }

        _stop.Dispose();
        _signs.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                WatchPlaces();
                if (_config.Files!.PrintNow() != _config.Files.Print)
                {
                    _config.Reload(ReloadCause.Change);
                    await Task.Delay(Calm, _time, _stop.Token); // a file that never rests is not loaded without end
                    continue; // it may have changed meanwhile
                }

                if (await SignAsync())
                {
                    await Task.Delay(Calm, _time, _stop.Token);
                    while (_signs.Wait(TimeSpan.Zero, CancellationToken.None))
                    {
                        // One look is enough for all of them.
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Lockkeeper closes.
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    /// <returns>Whether something has told of a change; false when only time has passed.</returns>
    private async Task<bool> SignAsync()
    {
        using var patience = new CancellationTokenSource(Anyway, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stop.Token);
        try
        {
            await _signs.WaitAsync(ending.Token);
            return true;
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Watches the folders that matter now: which they are is up to the configuration, and to where its links lead.</summary>
    private void WatchPlaces()
    {
        var wanted = _config.Files!.Places();
        foreach (var gone in _places.Keys.Except(wanted).ToList())
        {
            _places.Remove(gone, out var watcher);
            watcher!.Dispose();
        }

        foreach (var place in wanted.Where(place => !_places.ContainsKey(place)))
        {
            try
            {
                _places[place] = Watcher(place);
            }
            catch (Exception unwatchable) when (unwatchable is IOException or ArgumentException or UnauthorizedAccessException)
            {
                LogUnwatchable(place, unwatchable.Message, Anyway.TotalSeconds);
            }
        }
    }

    private FileSystemWatcher Watcher(string place)
    {
        var watcher = new FileSystemWatcher(place) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size };
        watcher.Changed += (_, _) => Tell();
        watcher.Created += (_, _) => Tell();
        watcher.Deleted += (_, _) => Tell();
        watcher.Renamed += (_, _) => Tell();
        watcher.Error += (_, _) => Tell();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void Tell()
    {
        // Only that something has happened matters: without this a busy folder would count its events up without end.
        if (_signs.CurrentCount == 0)
        {
            _signs.Release();
        }
    }

    [LoggerMessage(745, LogLevel.Warning, "The folder {Place} cannot be watched for changes of the configuration: {Why}. Its files are read every {Seconds} s instead")]
    private partial void LogUnwatchable(string place, string why, double seconds);

    [LoggerMessage(746, LogLevel.Error, "Changes of the configuration are not noticed any more; SIGHUP and POST /admin/reload still load it")]
    private partial void LogFailed(Exception failure);
}
