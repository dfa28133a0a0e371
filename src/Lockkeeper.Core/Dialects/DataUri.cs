using System.Text;

namespace Lockkeeper.Core.Dialects;

/// <summary>A file that is written out in its own address, as <c>data:image/png;base64,…</c>.</summary>
/// <param name="MediaType">Without parameters.</param>
/// <param name="Base64">The file.</param>
internal readonly record struct DataUri(string MediaType, string Base64)
{
    private const string Scheme = "data:";
    private const string Base64Mark = ";base64";

    public static bool TryParse(string url, out DataUri uri)
    {
        uri = default;
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var head = url.AsSpan(Scheme.Length, comma - Scheme.Length);
        var isBase64 = head.EndsWith(Base64Mark, StringComparison.OrdinalIgnoreCase);
        var parameters = head.IndexOf(';');
        var mediaType = parameters < 0 ? head : head[..parameters];
        var rest = url[(comma + 1)..];
        uri = new DataUri(mediaType.IsEmpty ? "text/plain" : mediaType.ToString(), isBase64 ? rest : Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(rest))));
        return true;
    }

    public override string ToString() => $"{Scheme}{MediaType}{Base64Mark},{Base64}";
}
