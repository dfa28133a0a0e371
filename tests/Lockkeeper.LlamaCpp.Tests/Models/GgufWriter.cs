using System.Text;

namespace Lockkeeper.LlamaCpp.Tests.Models;

/// <summary>Writes GGUF version 3, as much of it as a test model needs.</summary>
internal sealed class GgufWriter
{
    private const int Alignment = 32;

    private readonly List<Action<BinaryWriter>> _values = [];
    private readonly List<(string Name, ulong[] Dimensions, float[] Weights)> _tensors = [];

    public GgufWriter Value(string key, uint value) => Add(key, 4, output => output.Write(value));

    public GgufWriter Value(string key, float value) => Add(key, 6, output => output.Write(value));

    public GgufWriter Value(string key, bool value) => Add(key, 7, output => output.Write(value));

    public GgufWriter Value(string key, string value) => Add(key, 8, output => WriteString(output, value));

    public GgufWriter Values(string key, IReadOnlyList<string> values) => AddArray(key, 8, values, WriteString);

    public GgufWriter Values(string key, IReadOnlyList<float> values) => AddArray(key, 6, values, (output, value) => output.Write(value));

    public GgufWriter Values(string key, IReadOnlyList<int> values) => AddArray(key, 5, values, (output, value) => output.Write(value));

    /// <param name="name">The tensor's name.</param>
    /// <param name="weights">Row after row.</param>
    /// <param name="dimensions">Fastest-moving first, as ggml counts them.</param>
    public GgufWriter Tensor(string name, float[] weights, params ulong[] dimensions)
    {
        _tensors.Add((name, dimensions, weights));
        return this;
    }

    public void Save(string path)
    {
        using var output = new BinaryWriter(File.Create(path));
        output.Write("GGUF"u8);
        output.Write(3u);
        output.Write((ulong)_tensors.Count);
        output.Write((ulong)_values.Count);
        _values.ForEach(write => write(output));
        var offset = 0UL;
        foreach (var (name, dimensions, weights) in _tensors)
        {
            WriteString(output, name);
            output.Write((uint)dimensions.Length);
            Array.ForEach(dimensions, output.Write);
            output.Write(0u);
            output.Write(offset);
            offset += (ulong)Padded(weights.Length * sizeof(float));
        }

        Pad(output);
        foreach (var (_, _, weights) in _tensors)
        {
            Array.ForEach(weights, output.Write);
            Pad(output);
        }
    }

    private static long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private static void Pad(BinaryWriter output)
    {
        var position = output.BaseStream.Position;
        output.Write(new byte[Padded(position) - position]);
    }

    private static void WriteString(BinaryWriter output, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        output.Write((ulong)bytes.Length);
        output.Write(bytes);
    }

    private GgufWriter AddArray<T>(string key, uint type, IReadOnlyList<T> values, Action<BinaryWriter, T> write) => Add(key, 9, output =>
    {
        output.Write(type);
        output.Write((ulong)values.Count);
        foreach (var value in values)
        {
            write(output, value);
        }
    });

    private GgufWriter Add(string key, uint type, Action<BinaryWriter> write)
    {
        _values.Add(output =>
        {
            WriteString(output, key);
            output.Write(type);
            write(output);
        });
        return this;
    }
}
