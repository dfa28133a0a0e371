using System.Net;

namespace Lockkeeper.Core.Config;

/// <summary>The rules of <c>server.listen</c> and <c>--listen</c>.</summary>
internal static class ListenAddress
{
    private const string Example = "write it as http://127.0.0.1:5590";

    /// <summary>Why Lockkeeper does not serve there; null when it does.</summary>
    /// <param name="listen">The URL as written.</param>
    /// <param name="mayFaceOthers">Whether an address that other machines reach is meant: there are keys, or everybody is welcome.</param>
    public static string? Refuse(string listen, bool mayFaceOthers)
    {
        var host = Host(listen, out var port);

        // Uri knows no wildcard hosts, but servers do, and whoever writes one deserves the reason rather than "not a URL".
        if (host is "*" or "+")
        {
            return $"'{listen}' names no address; every address of this machine is http://0.0.0.0:5590, or http://[::]:5590 with IPv6";
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

        var localhost = IsLocalhost(host);
        if (!localhost && !IPAddress.TryParse(host, out _))
        {
            // The server would not look the name up: it would listen on every address.
            return $"'{listen}' names no address of this machine; write the address itself, or http://0.0.0.0:5590 for all of them";
        }

        if (port.Length == 0)
        {
            return $"'{listen}' names no port; {Example}";
        }

        if (localhost && url.Port == 0)
        {
            return $"'{listen}' cannot take a free port, because localhost is two addresses; write http://127.0.0.1:0";
        }

        return mayFaceOthers || IsLoopback(listen) ? null
            : $"'{listen}' can be reached from other machines; give server.api_keys, or say server.allow_anonymous: true if everybody who reaches it may use it, or serve on loopback: {Example}";
    }

    /// <summary>Whether nobody but this machine reaches the address, which is one that is not refused.</summary>
    public static bool IsLoopback(string listen) =>
        Host(listen, out _) is { } host && (IsLocalhost(host) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));

    private static bool IsLocalhost(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

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
