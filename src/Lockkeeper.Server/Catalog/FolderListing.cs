namespace Lockkeeper.Server.Catalog;

/// <summary>What lies in a folder, links followed, hidden things and broken links left out; in the order of the names, what is a link behind what is not.</summary>
internal sealed class FolderListing
{
    private static readonly string[] KernelFolders = ["/proc", "/sys", "/dev"];

    /// <summary>Endings of what is still being fetched. The file of that name without the ending is not whole either.</summary>
    private static readonly string[] Unfinished = [".incomplete", ".part", ".partial", ".download", ".crdownload", ".aria2", ".tmp"];

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };

    private readonly HashSet<string> _unfinished = new(StringComparer.Ordinal);

    private FolderListing(IReadOnlyList<Folder> folders, IReadOnlyList<Entry> files)
    {
        Folders = folders;
        foreach (var file in files)
        {
            if (Array.Find(Unfinished, ending => file.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) is { } ending)
            {
                _unfinished.Add(file.Name[..^ending.Length]);
            }
        }

        Files = files;
    }

    public IReadOnlyList<Folder> Folders { get; }

    public IReadOnlyList<Entry> Files { get; }

    /// <summary>Whether something in it is still being fetched.</summary>
    public bool IsUnfinished => _unfinished.Count > 0;

    public Entry? File(string name) => Files.FirstOrDefault(file => file.Name == name);

    /// <summary>Whether that file is still being fetched.</summary>
    public bool Fetches(string name) => _unfinished.Contains(name);

    /// <param name="path">Absolute.</param>
    /// <param name="real">The same with links followed.</param>
    /// <param name="most">Entries to look at.</param>
    /// <returns>Null when it cannot be read.</returns>
    public static FolderListing? Of(string path, string real, int most)
    {
        List<Folder> folders = [];
        List<Entry> files = [];
        try
        {
            foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", Everything).Take(most))
            {
                if (!entry.Name.StartsWith('.') && Followed(entry, real) is { } followed)
                {
                    Add(entry, followed, folders, files);
                }
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return new FolderListing(
            [.. folders.OrderBy(folder => folder.IsLink).ThenBy(folder => folder.Name, StringComparer.Ordinal)], [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)]);
    }

    private static void Add(FileSystemInfo entry, FileSystemInfo followed, List<Folder> folders, List<Entry> files)
    {
        var isLink = !ReferenceEquals(entry, followed);
        switch (followed)
        {
            case DirectoryInfo:
                folders.Add(new Folder(entry.Name, entry.FullName, followed.FullName, isLink));
                break;
            case FileInfo { Length: > 0 } file:
                files.Add(new Entry(entry.Name, entry.FullName, followed.FullName, file.Length, file.LastWriteTimeUtc));
                break;
        }
    }

    /// <summary>A link there leads through every process to all of the machine.</summary>
    private static bool IsOfTheKernel(string path) => Array.Exists(KernelFolders, folder => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>The thing itself; null for a link that leads nowhere, or round in a circle. What is empty is no file to read, nor are pipes and devices, which are empty too.</summary>
    private static FileSystemInfo? Followed(FileSystemInfo entry, string real)
    {
        try
        {
            if ((entry.Attributes & FileAttributes.ReparsePoint) == 0)
            {
                return entry;
            }

            // The target is named as seen from where the link really is.
            var link = Path.Combine(real, entry.Name);
            FileSystemInfo? target = Directory.Exists(link) ? Directory.ResolveLinkTarget(link, returnFinalTarget: true) : System.IO.File.ResolveLinkTarget(link, returnFinalTarget: true);
            return target is { Exists: true } && !IsOfTheKernel(target.FullName) ? target : null;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="Name">In this folder.</param>
    /// <param name="Path">Absolute.</param>
    /// <param name="Real">The same with links followed.</param>
    /// <param name="IsLink">Whether it is a link.</param>
    internal sealed record Folder(string Name, string Path, string Real, bool IsLink);

    /// <param name="Name">In this folder.</param>
    /// <param name="Path">Absolute.</param>
    /// <param name="Real">The same with links followed.</param>
    /// <param name="Length">In bytes, of what a link leads to.</param>
    /// <param name="Modified">Of what a link leads to.</param>
    internal sealed record Entry(string Name, string Path, string Real, long Length, DateTime Modified);
}
