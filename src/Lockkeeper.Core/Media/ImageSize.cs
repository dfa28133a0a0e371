using System.Buffers.Binary;

namespace Lockkeeper.Core.Media;

/// <summary>How large an image says it is. A few kilobytes can claim a picture that fills the memory of whoever unpacks it, so the header is asked first.</summary>
internal readonly record struct ImageSize(uint Width, uint Height)
{
    public ulong Pixels => (ulong)Width * Height;

    /// <summary>Reads it from the header of an image.</summary>
    /// <returns>Null when it is cut off before its size, or is not what it begins as.</returns>
    public static ImageSize? Of(MediaFormat format, ReadOnlySpan<byte> image)
    {
        var size = format switch
        {
            MediaFormat.Png => Png(image),
            MediaFormat.Jpeg => Jpeg(image),
            MediaFormat.WebP => WebP(image),
            MediaFormat.Gif => Gif(image),
            MediaFormat.Bmp => Bmp(image),
            _ => null,
        };
        return size is { Pixels: > 0 } ? size : null;
    }

    private static ImageSize? Png(ReadOnlySpan<byte> image) => image.Length >= 24 && image[12..16].SequenceEqual("IHDR"u8)
        ? new ImageSize(BinaryPrimitives.ReadUInt32BigEndian(image[16..]), BinaryPrimitives.ReadUInt32BigEndian(image[20..]))
        : null;

    private static ImageSize? Gif(ReadOnlySpan<byte> image) => image.Length >= 10
        ? new ImageSize(BinaryPrimitives.ReadUInt16LittleEndian(image[6..]), BinaryPrimitives.ReadUInt16LittleEndian(image[8..]))
        : null;

    private static ImageSize? Bmp(ReadOnlySpan<byte> image)
    {
        const int OldHeader = 12;
        if (image.Length < 26)
        {
            return null;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(image[14..]) == OldHeader
            ? new ImageSize(BinaryPrimitives.ReadUInt16LittleEndian(image[18..]), BinaryPrimitives.ReadUInt16LittleEndian(image[20..]))
            : new ImageSize(Magnitude(image[18..]), Magnitude(image[22..]));
    }

    /// <summary>A negative height means that the rows stand from top to bottom.</summary>
    private static uint Magnitude(ReadOnlySpan<byte> number) => (uint)Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(number));

    private static ImageSize? WebP(ReadOnlySpan<byte> image)
    {
        if (image.Length < 30)
        {
            return null;
        }

        var chunk = image[12..16];
        if (chunk.SequenceEqual("VP8X"u8))
        {
            return new ImageSize(Number24(image[24..]) + 1, Number24(image[27..]) + 1);
        }

        if (chunk.SequenceEqual("VP8L"u8))
        {
            var packed = BinaryPrimitives.ReadUInt32LittleEndian(image[21..]);
            return image[20] == 0x2F ? new ImageSize((packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1) : null;
        }

        return chunk.SequenceEqual("VP8 "u8) && image[23..26].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])
            ? new ImageSize(BinaryPrimitives.ReadUInt16LittleEndian(image[26..]) & 0x3FFFu, BinaryPrimitives.ReadUInt16LittleEndian(image[28..]) & 0x3FFFu)
            : null;
    }

    private static uint Number24(ReadOnlySpan<byte> number) => number[0] | ((uint)number[1] << 8) | ((uint)number[2] << 16);

    /// <summary>The size is in the frame header, behind any number of other segments: a camera's preview and colour profile among them.</summary>
    private static ImageSize? Jpeg(ReadOnlySpan<byte> image)
    {
        var at = 2;
        while (at + 9 <= image.Length && image[at] == 0xFF)
        {
            var marker = image[at + 1];
            if (marker == 0xFF)
            {
                at++; // padding
                continue;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
            {
                at += 2; // stands alone
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(image[(at + 2)..]);
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return new ImageSize(BinaryPrimitives.ReadUInt16BigEndian(image[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(image[(at + 5)..]));
            }

            if (marker is 0xD9 or 0xDA || length < 2)
            {
                return null; // the picture begins, or ends, without a frame header
            }

            at += 2 + length;
        }

        return null;
    }
}
