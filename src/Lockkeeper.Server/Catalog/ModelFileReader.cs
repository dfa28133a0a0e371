using System.Buffers;
using System.Globalization;
using System.Text;
using Lockkeeper.Core.ModelFiles;
using static Lockkeeper.Server.Catalog.FolderListing;

namespace Lockkeeper.Server.Catalog;

/// <summary>Reads the headers of model files, and reads them again only when a file has changed: its length or its time. One thread at a time.</summary>
internal sealed class ModelFileReader
{
    private const int FirstRead = 256 * 1024;
    private const int LargestText = 1024 * 1024;

    private readonly Dictionary<string, Remembered> _remembered = new(StringComparer.Ordinal);
    private int _round;

    /// <summary>Bytes read since it was made.</summary>
    public long BytesRead { get; private set; }

    /// <summary>A look at all folders begins.</summary>
    public void BeginRound() => _round++;

    /// <summary>It has ended: what was not asked for in it is gone, and forgotten.</summary>
    public void EndRound()
    {
        foreach (var gone in _remembered.Where(one => one.Value.Round != _round).Select(one => one.Key).ToList())
        {
            _remembered.Remove(gone);
        }
    }

    /// <summary>The model in a GGUF file and its further shards.</summary>
    public ModelReading Gguf(IReadOnlyList<Entry> shards, Entry? projector) =>
        Remember(shards[0].Path, [.. shards, .. projector is null ? Array.Empty<Entry>() : [projector]], () => ReadGguf(shards, projector));

    /// <summary>The model in a folder of safetensors; null when there is none.</summary>
    public ModelReading? Folder(string path, FolderListing listing)
    {
        if (listing.File("config.json") is not { } config || !listing.Files.Any(file => IsWeights(file.Name)))
        {
            return null;
        }

        return Remember(path, listing.Files, () => listing.IsUnfinished ? new ModelReading(null, "it is still being fetched") : ReadFolder(config, listing));
    }

    private ModelReading Remember(string path, IReadOnlyList<Entry> files, Func<ModelReading> read)
    {
        var stamp = string.Join('|', files.Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{file.Length}:{file.Modified.Ticks}")));
        if (!_remembered.TryGetValue(path, out var remembered) || remembered.Stamp != stamp)
        {
            ModelReading reading;
            try
            {
                reading = read();
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                return new ModelReading(null, unreadable.Message); // may be over the next time
            }

            _remembered[path] = remembered = new Remembered(stamp, reading);
        }

        remembered.Round = _round;
        return remembered.Reading;
    }

    private ModelReading ReadGguf(IReadOnlyList<Entry> shards, Entry? projector)
    {
        List<GgufHeader> headers = [];
        foreach (var shard in shards)
        {
            if (!Header(shard, GgufHeader.Read, header => header.FileLength).Holds(out var header, out var why))
            {
                return new ModelReading(null, why);
            }

            headers.Add(header);
        }

        if (GgufFacts.Refuse(headers[0]) is { } refusal)
        {
            return new ModelReading(null, refusal);
        }

        // A projector that is broken takes away the sight, not the model.
        var eye = projector is not null && Header(projector, GgufHeader.Read, header => header.FileLength).Holds(out var found, out _) && GgufFacts.IsProjector(found) ? found : null;
        var bytes = shards.Sum(shard => shard.Length) + (eye is null ? 0 : projector!.Length);
        return new ModelReading(new ReadModel(GgufFacts.Of(headers, eye, bytes), eye is null ? null : projector!.Path), null);
    }

    private ModelReading ReadFolder(Entry configFile, FolderListing listing)
    {
        if (HubJson.Config(Text(configFile, LargestText)) is not { } config)
        {
            return new ModelReading(null, "its config.json is no JSON object");
        }

        if (!Weights(listing, out var files, out var missing))
        {
            return new ModelReading(null, missing);
        }

        List<SafetensorsHeader> headers = [];
        foreach (var file in files)
        {
            if (!Header(file, SafetensorsHeader.Read, header => header.FileLength).Holds(out var header, out var why))
            {
                return new ModelReading(null, $"{file.Name}: {why}");
            }

            headers.Add(header);
        }

        var template = listing.File("chat_template.jinja") is { } own ? Encoding.UTF8.GetString(Text(own, LargestText))
            : listing.File("tokenizer_config.json") is { } tokenizer ? HubJson.ChatTemplate(Text(tokenizer, HubJson.Largest))
            : null;
        var isSentenceTransformer = listing.Files.Any(file => file.Name is "modules.json" or "config_sentence_transformers.json" or "sentence_bert_config.json");
        return new ModelReading(new ReadModel(FolderFacts.Of(config, headers, template is { Length: > 0 } ? template : null, isSentenceTransformer, files.Sum(file => file.Length)), null), null);
    }

    /// <summary>The files with weights: those the index names; else the one called <c>model</c>; else all.</summary>
    private bool Weights(FolderListing listing, out IReadOnlyList<Entry> files, out string? missing)
    {
        var all = listing.Files.Where(file => IsWeights(file.Name)).ToList();
        IEnumerable<string> wanted = listing.File("model.safetensors.index.json") is { } index && HubJson.Shards(Text(index, HubJson.Largest)) is { } named ? named
            : listing.File("model.safetensors") is { } whole ? [whole.Name]
            : all.SelectMany(AllShardsOf);
        var names = wanted.Distinct(StringComparer.Ordinal).Take(HubJson.MostShards).ToList();
        missing = names.FirstOrDefault(name => listing.File(name) is null) is { } gone ? $"{gone} is missing" : null;
        files = missing is null ? [.. names.Select(name => listing.File(name)!)] : [];
        return missing is null;
    }

    private static IEnumerable<string> AllShardsOf(Entry file) => ShardName.Of(Path.GetFileNameWithoutExtension(file.Name)) is { } shard
        ? Enumerable.Range(1, shard.Count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{shard.Stem}-{number:D5}-of-{shard.Count:D5}.safetensors"))
        : [file.Name];

    private static bool IsWeights(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal) && !name.StartsWith("adapter", StringComparison.Ordinal) && !name.StartsWith("consolidated", StringComparison.Ordinal);

    private byte[] Text(Entry file, int largest)
    {
        using var handle = File.OpenHandle(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (RandomAccess.GetLength(handle) > largest)
        {
            return [];
        }

        var bytes = new byte[RandomAccess.GetLength(handle)];
        var read = RandomAccess.Read(handle, bytes, 0);
        BytesRead += read;
        return read == bytes.Length ? bytes : [];
    }

    /// <summary>Reads on until the header is whole, at most as much as the largest header has.</summary>
    private Whole<T> Header<T>(Entry file, Func<ReadOnlySpan<byte>, HeaderReading<T>> read, Func<T, long> lengthOf)
        where T : class
    {
        using var handle = File.OpenHandle(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(handle);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, FirstRead));
        try
        {
            for (var filled = 0; ;)
            {
                var got = RandomAccess.Read(handle, buffer.AsSpan(filled), filled);
                BytesRead += got;
                filled += got;
                var reading = read(buffer.AsSpan(0, filled));
                if (!reading.NeedsMore)
                {
                    return reading.Header is not { } header ? new(null, reading.Refusal!)
                        : lengthOf(header) > length ? new(null, $"it is cut off: {length} of {lengthOf(header)} bytes are there")
                        : new(header, null);
                }

                if (got == 0 || filled >= length)
                {
                    return new(null, "it is cut off within its header");
                }

                if (filled == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Min(length, (long)buffer.Length * 4), GgufHeader.Largest));
                    buffer.AsSpan(0, filled).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private readonly record struct Whole<T>(T? Header, string? Why)
        where T : class
    {
        public bool Holds([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? header, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? why)
        {
            (header, why) = (Header, Why);
            return header is not null;
        }
    }

    private sealed class Remembered(string stamp, ModelReading reading)
    {
        public string Stamp => stamp;

        public ModelReading Reading => reading;

        public int Round { get; set; }
    }
}

/// <summary>What came of reading a model's files.</summary>
/// <param name="Model">Null when they hold none that is whole.</param>
/// <param name="Refusal">Then why.</param>
internal sealed record ModelReading(ReadModel? Model, string? Refusal);
