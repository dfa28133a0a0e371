using System.Net;

namespace Lockkeeper.Core.Config;

/// <summary>The rules of <c>server.listen</c> and <c>--listen</c>.</summary>
internal static class ListenAddress
{
    private const string Example = "write it as http://127.0.0.1:5590";

    /// <summary>Why Lockkeeper does not serve there; null when it does.</summary>
    public static string? Refuse(string listen)
    {
        // Uri knows no wildcard hosts, but servers do, and whoever writes one deserves the reason rather than "not a URL".
        var wildcard = listen.Contains("//*", StringComparison.Ordinal) || listen.Contains("//+", StringComparison.Ordinal);
        if (!wildcard && (!Uri.TryCreate(listen, UriKind.Absolute, out _) || !listen.Contains("://", StringComparison.Ordinal)))
        {
            return $"'{listen}' is not a URL; {Example}";
        }

        if (wildcard)
        {
            return NeedsKeys(listen);
        }

        var url = new Uri(listen);
        if (url.Scheme != Uri.UriSchemeHttp)
        {
            return url.Scheme == Uri.UriSchemeHttps
                ? $"'{listen}' asks for TLS, which this version does not serve; {Example}"
                : $"'{listen}' is not an http URL; {Example}";
        }

        if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            return $"'{listen}' holds more than a host and a port; {Example}";
        }

        if (!url.IsLoopback || !IsLoopbackHost(url))
        {
            return NeedsKeys(listen);
        }

        if (!NamesPort(listen))
        {
            return $"'{listen}' names no port; {Example}";
        }

        return url is { Host: "localhost", Port: 0 } ? $"'{listen}' cannot take a free port, because localhost is two addresses; write http://127.0.0.1:0" : null;
    }

    private static string NeedsKeys(string listen) =>
        $"'{listen}' can be reached from other machines; that needs API keys, which this version does not have; serve on loopback: {Example}";

    /// <summary>Uri also calls the machine's own name and "loopback" local, and those may resolve to anything.</summary>
    private static bool IsLoopbackHost(Uri url) =>
        url.Host == "localhost" || (IPAddress.TryParse(url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Uri fills in port 80, which nobody who leaves the port out means.</summary>
    private static bool NamesPort(string listen)
    {
        var authority = listen[(listen.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') && colon + 1 < authority.Length;
    }
}
