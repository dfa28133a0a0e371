using System.Threading.Channels;

namespace Lockkeeper.Server.Catalog;

/// <summary>Tells that something has changed below some folders. Not to be relied on: links lead out of what is watched, networks tell nothing, and watches run out.</summary>
internal sealed class FolderWatch : IDisposable
{
    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);

    /// <summary>Holds something after a change.</summary>
    public Channel<bool> Changes { get; } = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Folders that are there and not watched, for want of the system's watches.</summary>
    public IReadOnlyList<string> Unwatched { get; private set; } = [];

    /// <summary>Watches these folders, as far as they are there, and no others.</summary>
    public void Follow(IReadOnlyCollection<string> folders)
    {
        foreach (var gone in _watchers.Keys.Where(folder => !folders.Contains(folder) || !Directory.Exists(folder)).ToList())
        {
            _watchers[gone].Dispose();
            _watchers.Remove(gone);
        }

        var unwatched = new List<string>();
        foreach (var folder in folders.Where(folder => !_watchers.ContainsKey(folder) && Directory.Exists(folder)))
        {
            try
            {
                _watchers[folder] = Watch(folder);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
            {
                unwatched.Add(folder);
            }
        }

        Unwatched = unwatched;
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers.Values)
        {
            watcher.Dispose();
        }
    }

    private FileSystemWatcher Watch(string folder)
    {
        var watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.Size | NotifyFilters.LastWrite };
        watcher.Created += Tell;
        watcher.Changed += Tell;
        watcher.Deleted += Tell;
        watcher.Renamed += Tell;
        watcher.Error += (_, _) => Changes.Writer.TryWrite(true);
        try
        {
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch
        {
            watcher.Dispose();
            throw;
        }
    }

    private void Tell(object sender, FileSystemEventArgs change) => Changes.Writer.TryWrite(true);
}
