using System.Text;

namespace Lockkeeper.Testing;

/// <summary>Makes GGUF files: metadata, tensor descriptions, and as many empty bytes of weights as those claim.</summary>
internal sealed class GgufBytes
{
    private const int Alignment = 32;
    private readonly List<Action<BinaryWriter>> _entries = [];
    private readonly List<Action<BinaryWriter>> _tensors = [];
    private long _weights;

    public uint Version { get; init; } = 3;

    /// <summary>A small chat model of the architecture llama, as most files begin.</summary>
    public static GgufBytes Llama(string name = "Tiny", uint fileType = 15) => new GgufBytes()
        .With("general.architecture", "llama").With("general.name", name).With("general.file_type", fileType)
        .With("llama.context_length", 4096u).With("llama.embedding_length", 256u).With("llama.block_count", 2u)
        .With("llama.attention.head_count", 8u).With("llama.attention.head_count_kv", 4u)
        .Tensor("token_embd.weight", 0, 256, 16);

    public GgufBytes With(string key, string value) => Entry(key, 8, writer => Text(writer, value));

    public GgufBytes With(string key, uint value) => Entry(key, 4, writer => writer.Write(value));

    public GgufBytes With(string key, bool value) => Entry(key, 7, writer => writer.Write(value));

    public GgufBytes With(string key, IReadOnlyList<string> values) => Entry(key, 9, writer =>
    {
        writer.Write(8u);
        writer.Write((ulong)values.Count);
        foreach (var value in values)
        {
            Text(writer, value);
        }
    });

    public GgufBytes With(string key, IReadOnlyList<uint> values) => Entry(key, 9, writer =>
    {
        writer.Write(4u);
        writer.Write((ulong)values.Count);
        foreach (var value in values)
        {
            writer.Write(value);
        }
    });

    /// <summary>An array that claims so many items, whatever follows.</summary>
    public GgufBytes Claiming(string key, uint itemType, ulong count) => Entry(key, 9, writer =>
    {
        writer.Write(itemType);
        writer.Write(count);
    });

    /// <param name="name">Its name.</param>
    /// <param name="type">0 for F32, 1 for F16; other types claim no bytes.</param>
    /// <param name="shape">Its dimensions.</param>
    public GgufBytes Tensor(string name, uint type, params ulong[] shape)
    {
        var offset = _weights;
        _tensors.Add(writer =>
        {
            Text(writer, name);
            writer.Write((uint)shape.Length);
            Array.ForEach(shape, writer.Write);
            writer.Write(type);
            writer.Write((ulong)offset);
        });
        var bytes = type < 2 ? (long)shape.Aggregate((product, size) => unchecked(product * size)) * (type == 0 ? 4 : 2) : 0;
        _weights += (bytes + Alignment - 1) / Alignment * Alignment;
        return this;
    }

    /// <summary>The header alone.</summary>
    public byte[] Header()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_entries.Count);
        foreach (var part in _entries.Concat(_tensors))
        {
            part(writer);
        }

        return bytes.ToArray();
    }

    /// <summary>Writes a file that takes no more space than its header, and reads as long as all its tensors.</summary>
    public string WriteTo(string path, long missing = 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var header = Header();
        using var file = File.Create(path);
        file.Write(header);
        file.SetLength(((header.Length + Alignment - 1) / Alignment * Alignment) + _weights - missing);
        return path;
    }

    private GgufBytes Entry(string key, uint type, Action<BinaryWriter> value)
    {
        _entries.Add(writer =>
        {
            Text(writer, key);
            writer.Write(type);
            value(writer);
        });
        return this;
    }

    private static void Text(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
