using System.Buffers.Binary;

namespace Lockkeeper.Testing;

/// <summary>The beginnings of images, as far as a reader of headers looks.</summary>
internal static class ImageBytes
{
    public static byte[] Png(uint width, uint height) => [0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. Big32(width), .. Big32(height), 8, 2, 0, 0, 0];

    /// <summary>With the picture's size behind a preview of some length.</summary>
    public static byte[] Jpeg(ushort width, ushort height, ushort preview = 5000) =>
        [0xFF, 0xD8, 0xFF, 0xE1, .. Big16((ushort)(preview + 2)), .. new byte[preview], 0xFF, 0xFF, 0xC2, 0, 17, 8, .. Big16(height), .. Big16(width), 3, 0, 0, 0];

    public static byte[] Gif(ushort width, ushort height) => [.. "GIF89a"u8, .. Little16(width), .. Little16(height), 0, 0, 0];

    public static byte[] Bmp(int width, int height) => [.. "BM"u8, .. new byte[12], .. Little32(40), .. Little32(width), .. Little32(height), 1, 0, 24, 0];

    public static byte[] OldBmp(ushort width, ushort height) => [.. "BM"u8, .. new byte[12], .. Little32(12), .. Little16(width), .. Little16(height), 1, 0, 24, 0];

    public static byte[] WebP(ushort width, ushort height) => [.. Riff("VP8 "u8), 0, 0, 0, 0x9D, 0x01, 0x2A, .. Little16(width), .. Little16(height)];

    public static byte[] LosslessWebP(int width, int height) => [.. Riff("VP8L"u8), 0x2F, .. Little32((width - 1) | ((height - 1) << 14)), 0, 0, 0, 0, 0];

    public static byte[] ExtendedWebP(int width, int height) => [.. Riff("VP8X"u8), 0, 0, 0, 0, .. Little32(width - 1)[..3], .. Little32(height - 1)[..3]];

    private static byte[] Riff(ReadOnlySpan<byte> chunk) => [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. chunk, 0, 0, 0, 0];

    private static byte[] Big32(uint number) => Bytes(4, bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes, number));

    private static byte[] Big16(ushort number) => Bytes(2, bytes => BinaryPrimitives.WriteUInt16BigEndian(bytes, number));

    private static byte[] Little32(int number) => Bytes(4, bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes, number));

    private static byte[] Little16(ushort number) => Bytes(2, bytes => BinaryPrimitives.WriteUInt16LittleEndian(bytes, number));

    private static byte[] Bytes(int count, Action<byte[]> write)
    {
        var bytes = new byte[count];
        write(bytes);
        return bytes;
    }
}
