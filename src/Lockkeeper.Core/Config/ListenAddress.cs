using System.Net;

namespace Lockkeeper.Core.Config;

/// <summary>The rules of <c>server.listen</c> and <c>--listen</c>.</summary>
internal static class ListenAddress
{
    private const string Example = "write it as http://127.0.0.1:5590";

    /// <summary>Why Lockkeeper does not serve there; null when it does.</summary>
    public static string? Refuse(string listen)
    {
        var host = Host(listen, out var port);

        // Uri knows no wildcard hosts, but servers do, and whoever writes one deserves the reason rather than "not a URL".
        if (host is "*" or "+")
        {
            return NeedsKeys(listen);
        }

        if (host is null || !Uri.TryCreate(listen, UriKind.Absolute, out var url))
        {
            return $"'{listen}' is not a URL; {Example}";
        }

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

        var localhost = host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        if (!localhost && !(IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)))
        {
            return NeedsKeys(listen);
        }

        if (port.Length == 0)
        {
            return $"'{listen}' names no port; {Example}";
        }

        return localhost && url.Port == 0 ? $"'{listen}' cannot take a free port, because localhost is two addresses; write http://127.0.0.1:0" : null;
    }

    private static string NeedsKeys(string listen) =>
        $"'{listen}' can be reached from other machines; that needs API keys, which this version does not have; serve on loopback: {Example}";

    /// <summary>
    /// Host and port as written. Uri must not be asked: it calls "loopback" and other spellings localhost, where the server sees an unknown name and binds every address;
    /// and it fills in port 80, which nobody who leaves the port out means.
    /// </summary>
    private static string? Host(string listen, out string port)
    {
        port = "";
        var start = listen.IndexOf("://", StringComparison.Ordinal);
        if (start < 0 || listen != listen.Trim())
        {
            return null;
        }

        var authority = listen[(start + 3)..].TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        if (colon <= authority.LastIndexOf(']'))
        {
            return authority;
        }

        port = authority[(colon + 1)..];
        return authority[..colon];
    }
}
