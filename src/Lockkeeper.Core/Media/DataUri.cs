using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Lockkeeper.Core.Media;

/// <summary>Content that is written where an address stands: <c>data:image/png;base64,iVBORw0…</c></summary>
/// <param name="MediaType">Without parameters.</param>
/// <param name="Encoded">The content in base64; whether that is sound is not looked at.</param>
internal readonly record struct DataUri(string MediaType, string Encoded)
{
    private const string Scheme = "data:";
    private const string Base64Mark = ";base64";

    public static bool Is(ReadOnlySpan<byte> address) => StartsWith(address, "data:"u8);

    /// <summary>Reads it as text. Content that is not in base64 comes out in it.</summary>
    public static bool TryParse(string address, out DataUri uri)
    {
        uri = default;
        var comma = address.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var head = address.AsSpan(Scheme.Length, comma - Scheme.Length);
        var isBase64 = head.EndsWith(Base64Mark, StringComparison.OrdinalIgnoreCase);
        var parameters = head.IndexOf(';');
        var mediaType = parameters < 0 ? head : head[..parameters];
        var rest = address[(comma + 1)..];
        uri = new DataUri(mediaType.IsEmpty ? "text/plain" : mediaType.ToString(), isBase64 ? rest : Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(rest))));
        return true;
    }

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

    public override string ToString() => $"{Scheme}{MediaType}{Base64Mark},{Encoded}";

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) => text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
