using System.Text.Json;

namespace Lockkeeper.Testing;

/// <summary>Makes safetensors files: a header, and as many empty bytes of weights as it claims.</summary>
internal sealed class SafetensorsBytes
{
    private readonly Dictionary<string, object> _members = [];
    private long _weights;

    public SafetensorsBytes ByMlx()
    {
        _members["__metadata__"] = new { format = "mlx" };
        return this;
    }

    public SafetensorsBytes Tensor(string name, string type, params long[] shape)
    {
        var bytes = shape.Aggregate((product, size) => product * size) * (type is "F32" or "U32" or "I32" ? 4 : type is "U8" ? 1 : 2);
        _members[name] = new { dtype = type, shape, data_offsets = new[] { _weights, _weights + bytes } };
        _weights += bytes;
        return this;
    }

    public byte[] Header()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(_members);
        return [.. BitConverter.GetBytes((ulong)json.Length), .. json];
    }

    /// <inheritdoc cref="GgufBytes.WriteTo"/>
    public string WriteTo(string path, long missing = 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var header = Header();
        using var file = File.Create(path);
        file.Write(header);
        file.SetLength(header.Length + _weights - missing);
        return path;
    }
}
