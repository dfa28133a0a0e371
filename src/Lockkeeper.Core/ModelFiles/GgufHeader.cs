using System.Text;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>
/// The header of a GGUF file, version 2 or 3: what is of interest among its metadata, and the sum of its tensors. Hostile files cost a bounded amount: no length in the file is believed,
/// tokens are passed over and not kept, and of texts only a few that are wanted are, up to a size.
/// </summary>
internal sealed record GgufHeader
{
    /// <summary>Bytes of the largest header that is read. Those of real models stay below 20 MiB, nearly all of it tokens.</summary>
    public const int Largest = 64 * 1024 * 1024;

    private const int MostEntries = 65_536;
    private const int MostTensors = 262_144;
    private const int MostDimensions = 8;
    private const int LongestName = 4096;
    private const int LongestTemplate = 1024 * 1024;
    private const int MostItems = 4096;
    private const long MostElements = 1L << 52;
    private const int DefaultAlignment = 32;

    private static readonly string[] Wanted =
    [
        Keys.Architecture, Keys.Name, Keys.Kind, Keys.FileType, Keys.Alignment, Keys.Template, Keys.SplitCount, Keys.FillInPrefix, Keys.FillInPrefixOld, Keys.Vision, Keys.Audio,
    ];

    /// <summary>What stands behind the architecture's name.</summary>
    private static readonly string[] WantedOfArchitecture =
    [
        Keys.Context, Keys.Embedding, Keys.Blocks, Keys.Heads, Keys.KvHeads, Keys.KeyLength, Keys.ValueLength, Keys.Window, Keys.WindowPattern, Keys.Pooling, Keys.Vocabulary,
    ];

    private readonly Dictionary<string, GgufValue> _values = new(StringComparer.Ordinal);

    public long TensorCount { get; private set; }

    /// <summary>Numbers in all its tensors.</summary>
    public long Parameters { get; private set; }

    /// <summary>Name of the type that holds most of them; null when there are none, or it is unknown.</summary>
    public string? MainType { get; private set; }

    /// <summary>Tokens listed in it.</summary>
    public int? Tokens { get; private set; }

    /// <summary>Bytes the file must have for all its tensors to be there.</summary>
    public long FileLength { get; private set; }

    /// <param name="start">The file from its beginning, whole or not.</param>
    public static HeaderReading<GgufHeader> Read(ReadOnlySpan<byte> start)
    {
        var cursor = new GgufCursor(start);
        var header = new GgufHeader();
        header.Walk(ref cursor);
        return cursor.Refusal is { } refusal ? HeaderReading<GgufHeader>.Refused(refusal)
            : !cursor.IsShort ? HeaderReading<GgufHeader>.Of(header)
            : start.Length < Largest ? HeaderReading<GgufHeader>.Short
            : HeaderReading<GgufHeader>.Refused("its header is beyond 64 MiB");
    }

    public string? Text(string key) => _values.GetValueOrDefault(key).Text;

    public long? Number(string key) => _values.GetValueOrDefault(key).Number;

    /// <summary>The items of an array; a single one where the file gives a number for all; empty where it gives nothing.</summary>
    public IReadOnlyList<long> Many(string key) => _values.TryGetValue(key, out var value) ? value.Many ?? (value.Number is { } one ? [one] : []) : [];

    private void Walk(ref GgufCursor cursor)
    {
        var magic = cursor.Take(4);
        if (cursor.Ok && !magic.SequenceEqual("GGUF"u8))
        {
            cursor.Refuse("it is no GGUF file");
        }

        var version = cursor.U32();
        if (cursor.Ok && version is not (2 or 3))
        {
            cursor.Refuse(version is 0x02000000 or 0x03000000 ? "it is written for machines of the other byte order" : $"it is GGUF of version {version}; 2 and 3 are known");
        }

        var (tensors, entries) = (cursor.U64(), cursor.U64());
        if (tensors > MostTensors || entries > MostEntries)
        {
            cursor.Refuse("it claims more tensors or entries than any model has");
        }

        for (var i = 0UL; i < entries && cursor.Ok; i++)
        {
            Entry(ref cursor);
        }

        SumTensors(ref cursor, tensors);
    }

    private void Entry(ref GgufCursor cursor)
    {
        var key = cursor.Text();
        var type = (GgufType)cursor.U32();
        if (!cursor.Ok)
        {
            return;
        }

        if (key.SequenceEqual("tokenizer.ggml.tokens"u8) && type == GgufType.Array)
        {
            var (itemType, count) = ((GgufType)cursor.U32(), cursor.U64());
            cursor.SkipItems(itemType, count);
            Tokens = (int)Math.Min(count, int.MaxValue);
            return;
        }

        // What comes again was said before; and a file must not be able to have more kept than there is to know.
        if (WantedName(key) is not { } name || _values.ContainsKey(name) || _values.Count == Wanted.Length + WantedOfArchitecture.Length)
        {
            cursor.Skip(type);
            return;
        }

        var value = Value(ref cursor, type, name == Keys.Template ? LongestTemplate : LongestName);
        if (cursor.Ok)
        {
            _values[name] = value;
        }
    }

    private static GgufValue Value(ref GgufCursor cursor, GgufType type, int longest)
    {
        switch (type)
        {
            case GgufType.Text:
                var text = cursor.Text();
                return new GgufValue(Text: text.Length <= longest ? Encoding.UTF8.GetString(text) : null);
            case GgufType.Array:
                var (itemType, count) = ((GgufType)cursor.U32(), cursor.U64());
                if (count > MostItems || itemType is GgufType.Text or GgufType.Array)
                {
                    cursor.SkipItems(itemType, count);
                    return default;
                }

                var items = new List<long>();
                for (var i = 0UL; i < count && cursor.Ok; i++)
                {
                    items.Add(cursor.Number(itemType) ?? 0);
                }

                return new GgufValue(Many: items);
            default:
                return new GgufValue(Number: cursor.Number(type));
        }
    }

    /// <summary>The key as it is asked for; null for one of no interest. The architecture is not known yet when its keys pass, so what is kept is named without it.</summary>
    private static string? WantedName(ReadOnlySpan<byte> key)
    {
        foreach (var wanted in Wanted)
        {
            if (Ascii.Equals(key, wanted))
            {
                return wanted;
            }
        }

        var dot = key.IndexOf((byte)'.');
        if (dot > 0)
        {
            foreach (var wanted in WantedOfArchitecture)
            {
                if (Ascii.Equals(key[(dot + 1)..], wanted))
                {
                    return wanted;
                }
            }
        }

        return null;
    }

    private void SumTensors(ref GgufCursor cursor, ulong count)
    {
        var elementsByType = new Dictionary<uint, long>();
        Int128 end = 0;
        for (var i = 0UL; i < count && cursor.Ok; i++)
        {
            cursor.Text();
            var dimensions = cursor.U32();
            if (dimensions > MostDimensions)
            {
                cursor.Refuse($"a tensor of it has {dimensions} dimensions");
            }

            UInt128 elements = 1;
            for (var d = 0u; d < dimensions && cursor.Ok; d++)
            {
                elements *= cursor.U64();
                if (elements > MostElements)
                {
                    cursor.Refuse("a tensor of it is larger than any");
                }
            }

            var (type, offset) = (cursor.U32(), cursor.U64());
            if (cursor.Ok)
            {
                Parameters += (long)elements;
                end = Int128.Max(end, (Int128)offset + (GgmlType.Of(type)?.BytesOf((long)elements) ?? 0));
                if (elementsByType.Count < 64 || elementsByType.ContainsKey(type))
                {
                    elementsByType[type] = elementsByType.GetValueOrDefault(type) + (long)elements;
                }
            }

            if (Parameters > MostElements)
            {
                cursor.Refuse("its tensors are larger than any model");
            }
        }

        TensorCount = (long)count;
        MainType = elementsByType.Count == 0 ? null : GgmlType.Of(elementsByType.MaxBy(type => type.Value).Key)?.Name;
        var alignment = Number(Keys.Alignment) is { } given and > 0 and <= 1 << 20 ? given : DefaultAlignment;
        var start = (cursor.Position + alignment - 1) / alignment * alignment;
        FileLength = count == 0 ? cursor.Position : (long)Int128.Min(start + end, long.MaxValue);
    }

    /// <summary>Names of metadata; those of an architecture without its name.</summary>
    internal static class Keys
    {
        public const string Architecture = "general.architecture";
        public const string Name = "general.name";
        public const string Kind = "general.type";
        public const string FileType = "general.file_type";
        public const string Alignment = "general.alignment";
        public const string Template = "tokenizer.chat_template";
        public const string SplitCount = "split.count";
        public const string FillInPrefix = "tokenizer.ggml.fim_pre_token_id";
        public const string FillInPrefixOld = "tokenizer.ggml.prefix_token_id";
        public const string Vision = "clip.has_vision_encoder";
        public const string Audio = "clip.has_audio_encoder";
        public const string Context = "context_length";
        public const string Embedding = "embedding_length";
        public const string Blocks = "block_count";
        public const string Heads = "attention.head_count";
        public const string KvHeads = "attention.head_count_kv";
        public const string KeyLength = "attention.key_length";
        public const string ValueLength = "attention.value_length";
        public const string Window = "attention.sliding_window";
        public const string WindowPattern = "attention.sliding_window_pattern";
        public const string Pooling = "pooling_type";
        public const string Vocabulary = "vocab_size";
    }

    private readonly record struct GgufValue(long? Number = null, string? Text = null, IReadOnlyList<long>? Many = null);
}
