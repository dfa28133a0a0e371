using System.Buffers.Binary;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>
/// Walks over the bytes of a GGUF header. After the first fault every read gives nothing, so that whoever reads looks for faults where it loops, and not at each number.
/// </summary>
internal ref struct GgufCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far; beyond the end once it <see cref="IsShort"/>.</summary>
    public long Position { get; private set; }

    /// <summary>Whether the bytes have ended.</summary>
    public bool IsShort { get; private set; }

    /// <summary>What is wrong with them; null for nothing.</summary>
    public string? Refusal { get; private set; }

    public readonly bool Ok => !IsShort && Refusal is null;

    public void Refuse(string why) => Refusal ??= IsShort ? null : why;

    public ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > GgufHeader.Largest)
        {
            Refuse("a length in it is beyond any header");
        }

        if (!Ok)
        {
            return [];
        }

        if ((long)count > _bytes.Length - Position)
        {
            IsShort = true;
            return [];
        }

        var taken = _bytes.Slice((int)Position, (int)count);
        Position += (long)count;
        return taken;
    }

    public uint U32() => Take(4) is { Length: 4 } four ? BinaryPrimitives.ReadUInt32LittleEndian(four) : 0;

    public ulong U64() => Take(8) is { Length: 8 } eight ? BinaryPrimitives.ReadUInt64LittleEndian(eight) : 0;

    /// <summary>A text: its length, then its bytes.</summary>
    public ReadOnlySpan<byte> Text() => Take(U64());

    /// <summary>Passes over a value without keeping anything of it.</summary>
    public void Skip(GgufType type)
    {
        switch (type)
        {
            case GgufType.Text:
                Text();
                break;
            case GgufType.Array:
                SkipItems((GgufType)U32(), U64());
                break;
            default:
                Take((ulong)Size(type));
                break;
        }
    }

    /// <summary>Passes over the items of an array. Each text takes eight bytes at least, so the bytes there are bound the work, whatever the count says.</summary>
    public void SkipItems(GgufType type, ulong count)
    {
        if (type == GgufType.Array)
        {
            Refuse("it holds arrays of arrays");
        }
        else if (type != GgufType.Text)
        {
            var size = (ulong)Size(type);
            Take(count > GgufHeader.Largest ? ulong.MaxValue : count * size);
        }
        else
        {
            for (var i = 0UL; i < count && Ok; i++)
            {
                Text();
            }
        }
    }

    /// <summary>A whole number or a truth; null for a value of another kind, which is passed over.</summary>
    public long? Number(GgufType type)
    {
        if (type is GgufType.Text or GgufType.Array or GgufType.Float32 or GgufType.Float64)
        {
            Skip(type);
            return null;
        }

        var value = Take((ulong)Size(type));
        return (type, value.Length) switch
        {
            (_, 0) => null,
            (GgufType.Int8, _) => (sbyte)value[0],
            (GgufType.Int16, _) => BinaryPrimitives.ReadInt16LittleEndian(value),
            (GgufType.Int32, _) => BinaryPrimitives.ReadInt32LittleEndian(value),
            (_, 1) => value[0],
            (_, 2) => BinaryPrimitives.ReadUInt16LittleEndian(value),
            (_, 4) => BinaryPrimitives.ReadUInt32LittleEndian(value),
            _ => BinaryPrimitives.ReadInt64LittleEndian(value),
        };
    }

    private int Size(GgufType type)
    {
        switch (type)
        {
            case GgufType.UInt8 or GgufType.Int8 or GgufType.Bool:
                return 1;
            case GgufType.UInt16 or GgufType.Int16:
                return 2;
            case GgufType.UInt32 or GgufType.Int32 or GgufType.Float32:
                return 4;
            case GgufType.UInt64 or GgufType.Int64 or GgufType.Float64:
                return 8;
            default:
                Refuse($"it holds a value of the unknown type {(uint)type}");
                return 0;
        }
    }
}
