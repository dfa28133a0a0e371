using System.Text;
using Lockkeeper.Core.ModelFiles;
using static Lockkeeper.Server.Catalog.FolderListing;

namespace Lockkeeper.Server.Catalog;

/// <summary>Finds the models below a folder, in whatever layout it has. Links are followed, and no folder is entered twice; depth and number of entries are bounded.</summary>
internal sealed class FolderScan
{
    private const int Deepest = 10;
    private const int MostEntries = 200_000;
    private const int MostSkipped = 1_000;
    private const int LongestRevision = 256;

    private readonly ModelFileReader _reader;
    private readonly CancellationToken _cancel;
    private readonly HashSet<string> _entered = new(StringComparer.Ordinal);
    private readonly List<GgufGroup> _groups = [];
    private readonly List<FoundModel> _folders = [];
    private readonly List<SkippedModel> _skipped = [];
    private int _left = MostEntries;

    private FolderScan(ModelFileReader reader, CancellationToken cancel) => (_reader, _cancel) = (reader, cancel);

    /// <param name="root">Absolute.</param>
    /// <param name="reader">Remembers what it has read before.</param>
    /// <param name="cancel">Ends it early.</param>
    public static ScanResult Of(string root, ModelFileReader reader, CancellationToken cancel)
    {
        var scan = new FolderScan(reader, cancel);
        var real = RealPath(root);
        if (FolderListing.Of(root, real, MostEntries) is null)
        {
            return new ScanResult([], [], Unreadable: true);
        }

        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(root));
        if (ModelNames.OfHubFolder(name) is { } repository)
        {
            scan.EnterRepository(new Folder(name, root, real, IsLink: false), repository, 0);
        }
        else
        {
            scan.Enter(root, real, [], null, 0);
        }

        return new ScanResult([.. scan._folders, .. scan.NameGroups()], scan._skipped, Unreadable: false);
    }

    /// <summary>What the files at a path tell, for a model that is configured; null where no model of a known kind lies there.</summary>
    public static ModelReading? At(string path, ModelFileReader reader)
    {
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path);
        if (folder is null || FolderListing.Of(folder, RealPath(folder), MostEntries) is not { } listing)
        {
            return null;
        }

        if (folder == path)
        {
            return reader.Folder(path, listing);
        }

        var name = Path.GetFileName(path);
        return GroupsIn(listing, null).FirstOrDefault(group => group.Shards[0].Name == name) is not { } found ? null
            : !found.IsComplete ? new ModelReading(null, "a shard of it is missing")
            : reader.Gguf(found.Shards, found.Projector);
    }

    private static string RealPath(string path)
    {
        try
        {
            return Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    private void Enter(string path, string real, IReadOnlyList<string> levels, string? repository, int depth)
    {
        _cancel.ThrowIfCancellationRequested();
        if (depth > Deepest || _left <= 0 || !_entered.Add(real) || FolderListing.Of(path, real, _left) is not { } listing)
        {
            return;
        }

        _left -= listing.Files.Count + listing.Folders.Count + 1;
        var known = repository ?? ModelNames.OfLevels(levels);
        foreach (var group in GroupsIn(listing, known))
        {
            _groups.Add(group);
        }

        if (_reader.Folder(path, listing) is { } reading)
        {
            var id = known ?? (levels.Count > 0 ? levels[^1] : Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
            Take(id, null, path, real, reading, _folders);
            return; // what lies below belongs to it
        }

        foreach (var folder in listing.Folders)
        {
            if (ModelNames.OfHubFolder(folder.Name) is { } hub)
            {
                EnterRepository(folder, hub, depth + 1);
            }
            else
            {
                Enter(folder.Path, folder.Real, [.. levels, folder.Name], repository, depth + 1);
            }
        }
    }

    /// <summary>A folder of the Hugging Face cache: the revision that <c>main</c> is, else the one that came last.</summary>
    private void EnterRepository(Folder folder, string repository, int depth)
    {
        var snapshots = Path.Combine(folder.Path, "snapshots");
        if (FolderListing.Of(snapshots, Path.Combine(folder.Real, "snapshots"), _left) is not { Folders: { Count: > 0 } revisions })
        {
            return;
        }

        var main = Main(Path.Combine(folder.Path, "refs", "main"));
        var chosen = revisions.FirstOrDefault(revision => revision.Name == main) ?? revisions.MaxBy(revision => Directory.GetLastWriteTimeUtc(revision.Path))!;
        Enter(chosen.Path, chosen.Real, [], repository, depth + 1);
    }

    private static string? Main(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: > 0 and <= LongestRevision } ? Encoding.UTF8.GetString(File.ReadAllBytes(file)).Trim() : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The GGUF files of a folder, shards put together, each with the projector that is meant for it.</summary>
    private static List<GgufGroup> GroupsIn(FolderListing listing, string? repository)
    {
        var files = listing.Files.Where(file => file.Name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !listing.Fetches(file.Name)).ToList();
        var projectors = files.Where(file => IsProjector(file.Name)).ToList();
        List<GgufGroup> groups = [];
        foreach (var file in files.Where(file => !IsProjector(file.Name)))
        {
            var stem = Path.GetFileNameWithoutExtension(file.Name);
            if (ShardName.Of(stem) is not { } shard)
            {
                groups.Add(new GgufGroup(stem, repository, [file], IsComplete: true));
            }
            else if (groups.Find(group => group.Of == shard.Count && group.Stem == shard.Stem) is { } begun)
            {
                begun.Shards.Add(file);
            }
            else
            {
                groups.Add(new GgufGroup(shard.Stem, repository, [file], IsComplete: true) { Of = shard.Count });
            }
        }

        // The names are in order, so a complete set begins with the first shard.
        return [.. groups.Select(group => group with { IsComplete = group.Shards.Count == (group.Of ?? 1), Projector = ProjectorOf(group.Stem, projectors, repository is not null || groups.Count == 1) })];
    }

    private static bool IsProjector(string name) => name.Contains("mmproj", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where models of several makers lie together, a projector is for the one whose name it bears.</summary>
    private static Entry? ProjectorOf(string stem, IReadOnlyList<Entry> projectors, bool anyFits) => projectors
        .Where(projector => anyFits || Subject(projector.Name) is { Length: > 2 } subject && Plain(stem).StartsWith(subject, StringComparison.Ordinal))
        .OrderBy(projector => ModelNames.Quantization(Path.GetFileNameWithoutExtension(projector.Name)) switch
        {
            "F16" or "FP16" => 0,
            "BF16" => 1,
            _ => 2,
        })
        .FirstOrDefault();

    private static string Subject(string projector)
    {
        var stem = Path.GetFileNameWithoutExtension(projector);
        if (ModelNames.Quantization(stem) is { } quantization)
        {
            stem = stem[..^quantization.Length];
        }

        return Plain(stem.Replace("mmproj", "", StringComparison.OrdinalIgnoreCase).Replace("model", "", StringComparison.OrdinalIgnoreCase));
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    /// <summary>Names depend on what else is in a repository, so they are given when all of it has been seen.</summary>
    private List<FoundModel> NameGroups()
    {
        List<FoundModel> named = [];
        foreach (var repository in _groups.GroupBy(group => group.Repository))
        {
            List<(GgufGroup Group, ModelReading Reading)> whole = [];
            foreach (var group in repository)
            {
                if (!group.IsComplete)
                {
                    Skip(group.Shards[0].Path, $"{group.Shards.Count} of {group.Of} shards are there");
                    continue;
                }

                // In a repository the projector may lie beside the folders of its quantizations.
                var reading = _reader.Gguf(group.Shards, group.Projector ?? (repository.Key is null ? null : repository.Select(other => other.Projector).FirstOrDefault(projector => projector is not null)));
                if (reading.Model is null)
                {
                    Skip(group.Shards[0].Path, reading.Refusal!);
                    continue;
                }

                whole.Add((group, reading));
            }

            var suffixes = whole.Select(one => Quantization(one.Group, one.Reading)).ToList();
            for (var i = 0; i < whole.Count; i++)
            {
                var (group, reading) = whole[i];
                var tells = suffixes[i] is { } own && suffixes.Count(suffix => suffix == own) == 1;
                var full = repository.Key is null ? null : $"{repository.Key}:{(tells ? suffixes[i] : group.Stem)}";
                var isAlone = whole.Count == 1 && !_folders.Exists(folder => folder.Id == repository.Key);
                Take(full is null ? group.Stem : isAlone ? repository.Key! : full, isAlone ? full : null, group.Shards[0].Path, group.Shards[0].Real, reading, named);
            }
        }

        return named;
    }

    private static string? Quantization(GgufGroup group, ModelReading reading) => ModelNames.Quantization(group.Stem) ?? reading.Model!.Facts.Quantization;

    private void Take(string id, string? alias, string path, string real, ModelReading reading, List<FoundModel> into)
    {
        if (reading.Model is not { } read)
        {
            Skip(path, reading.Refusal!);
        }
        else if (!ModelNames.CanBe(id))
        {
            Skip(path, "its name can be no model's");
        }
        else
        {
            into.Add(new FoundModel(id, alias is not null && ModelNames.CanBe(alias) ? alias : null, path, real, read));
        }
    }

    private void Skip(string path, string why)
    {
        if (_skipped.Count < MostSkipped)
        {
            _skipped.Add(new SkippedModel(path, why));
        }
    }

    /// <param name="Stem">Its name without ending and number.</param>
    /// <param name="Repository"><c>org/name</c>; null where the layout tells none.</param>
    /// <param name="Shards">Its files, the first first.</param>
    /// <param name="IsComplete">Whether all are there.</param>
    private sealed record GgufGroup(string Stem, string? Repository, List<Entry> Shards, bool IsComplete)
    {
        /// <summary>How many there have to be; null for a file that is whole by itself.</summary>
        public int? Of { get; init; }

        public Entry? Projector { get; init; }
    }
}

/// <summary>What lies below a folder.</summary>
/// <param name="Models">In a stable order.</param>
/// <param name="Skipped">What looks like a model, and is not listed.</param>
/// <param name="Unreadable">Whether the folder itself is not there, or may not be read.</param>
internal sealed record ScanResult(IReadOnlyList<FoundModel> Models, IReadOnlyList<SkippedModel> Skipped, bool Unreadable);

/// <param name="Path">Where it lies.</param>
/// <param name="Why">It is not listed.</param>
internal sealed record SkippedModel(string Path, string Why);
