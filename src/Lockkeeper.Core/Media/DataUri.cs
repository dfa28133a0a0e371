using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Lockkeeper.Core.Media;

/// <summary>Content that is written where an address stands: <c>data:image/png;base64,iVBORw0…</c></summary>
internal static class DataUri
{
    public static bool Is(ReadOnlySpan<byte> address) => StartsWith(address, "data:"u8);

    /// <summary>Decodes it in place.</summary>
    /// <returns>What is wrong with it, to stand behind a field's name; null when nothing is.</returns>
    public static string? Decode(Memory<byte> address, out Memory<byte> content)
    {
        content = default;
        var comma = address.Span.IndexOf((byte)',');
        if (comma < 0)
        {
            return "is a data URI without a comma before its content.";
        }

        var head = address.Span[..comma];
        const int Mark = 7;
        return head.Length < Mark || !StartsWith(head[^Mark..], ";base64"u8)
            ? "is a data URI that is not base64; write data:image/png;base64,… and the content in base64."
            : DecodeBase64(address[(comma + 1)..], out content);
    }

    /// <summary>Decodes base64 in place.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? DecodeBase64(Memory<byte> text, out Memory<byte> content)
    {
        var status = Base64.DecodeFromUtf8InPlace(text.Span, out var length);
        content = status == OperationStatus.Done ? text[..length] : default;
        return status == OperationStatus.Done ? null : "is not sound base64: it holds a character that base64 has not, or is cut off.";
    }

    /// <summary>The data URI of some content, as JSON text with its quotes.</summary>
    public static byte[] JsonOf(MediaFormat format, ReadOnlySpan<byte> content)
    {
        var head = Encoding.ASCII.GetBytes($"\"data:{MediaSignature.TypeOf(format)};base64,");
        var json = new byte[head.Length + Base64.GetMaxEncodedToUtf8Length(content.Length) + 1];
        head.CopyTo(json, 0);
        Base64.EncodeToUtf8(content, json.AsSpan(head.Length), out _, out var written);
        json[head.Length + written] = (byte)'"';
        return json;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) => text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
