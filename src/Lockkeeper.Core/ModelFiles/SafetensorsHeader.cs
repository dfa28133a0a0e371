using System.Buffers.Binary;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>The header of a safetensors file: the sum of its tensors. Nothing of a tensor is kept but what it adds.</summary>
internal sealed record SafetensorsHeader
{
    /// <summary>Bytes of the largest header that is read.</summary>
    public const int Largest = 64 * 1024 * 1024;

    private const int Prefix = 8;
    private const int Deepest = 8;
    private const long MostElements = 1L << 52;

    private readonly Dictionary<string, long> _elements = new(StringComparer.Ordinal);

    /// <summary>Numbers by type of tensor, what only belongs to quantized weights left out: their scales and offsets.</summary>
    public IReadOnlyDictionary<string, long> Elements => _elements;

    /// <summary>Whether MLX wrote it.</summary>
    public bool IsMlx { get; private set; }

    /// <summary>Bytes the file must have for all its tensors to be there.</summary>
    public long FileLength { get; private set; }

    /// <param name="start">The file from its beginning, whole or not.</param>
    public static HeaderReading<SafetensorsHeader> Read(ReadOnlySpan<byte> start)
    {
        if (start.Length < Prefix)
        {
            return HeaderReading<SafetensorsHeader>.Short;
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length is 0 or > Largest - Prefix)
        {
            return HeaderReading<SafetensorsHeader>.Refused("it is no safetensors file");
        }

        if (length > (ulong)(start.Length - Prefix))
        {
            return start[Prefix..].Length == 0 || start[Prefix] == (byte)'{' ? HeaderReading<SafetensorsHeader>.Short : HeaderReading<SafetensorsHeader>.Refused("it is no safetensors file");
        }

        var header = new SafetensorsHeader { FileLength = Prefix + (long)length };
        try
        {
            var end = header.Walk(start.Slice(Prefix, (int)length));
            header.FileLength = end > long.MaxValue - header.FileLength ? long.MaxValue : header.FileLength + end;
            return HeaderReading<SafetensorsHeader>.Of(header);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return HeaderReading<SafetensorsHeader>.Refused("its header is no JSON of tensors");
        }
    }

    /// <returns>Where the last tensor ends, counted from the end of the header.</returns>
    private long Walk(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest });
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        var end = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.Is(reader, "__metadata__"u8))
            {
                reader.Read();
                Metadata(ref reader);
                continue;
            }

            var isExtra = IsExtra(reader.ValueSpan);
            reader.Read();
            end = Math.Max(end, Tensor(ref reader, isExtra));
        }

        Expect(reader.TokenType == JsonTokenType.EndObject);
        return end;
    }

    private void Metadata(ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFormat = JsonName.Is(reader, "format"u8);
            reader.Read();
            IsMlx |= isFormat && reader.TokenType == JsonTokenType.String && JsonName.Is(reader, "mlx"u8);
            reader.Skip();
        }
    }

    private long Tensor(ref Utf8JsonReader reader, bool isExtra)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject);
        string? type = null;
        long elements = 1, end = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.Is(reader, "dtype"u8))
            {
                reader.Read();
                type = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= 16 ? reader.GetString() : null;
            }
            else if (JsonName.Is(reader, "shape"u8))
            {
                reader.Read();
                elements = Product(ref reader);
            }
            else if (JsonName.Is(reader, "data_offsets"u8))
            {
                reader.Read();
                end = Last(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (!isExtra && type is not null && (_elements.Count < 32 || _elements.ContainsKey(type)))
        {
            _elements[type] = Math.Min(_elements.GetValueOrDefault(type) + elements, MostElements);
        }

        return end;
    }

    private static long Product(ref Utf8JsonReader reader)
    {
        Int128 product = 1;
        Expect(reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            Expect(reader.TryGetInt64(out var size) && size >= 0);
            product = Int128.Min(product * size, MostElements);
        }

        Expect(reader.TokenType == JsonTokenType.EndArray);
        return (long)product;
    }

    private static long Last(ref Utf8JsonReader reader)
    {
        var last = 0L;
        Expect(reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            Expect(reader.TryGetInt64(out last) && last >= 0);
        }

        Expect(reader.TokenType == JsonTokenType.EndArray);
        return last;
    }

    /// <summary>What belongs to quantized weights beside the weights themselves, as MLX, AWQ and GPTQ name it.</summary>
    private static bool IsExtra(ReadOnlySpan<byte> name) =>
        name.EndsWith(".scales"u8) || name.EndsWith(".biases"u8) || name.EndsWith(".qzeros"u8) || name.EndsWith(".g_idx"u8) || name.EndsWith(".weight_scale"u8) || name.EndsWith(".weight_scale_inv"u8);

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw new JsonException();
        }
    }
}
