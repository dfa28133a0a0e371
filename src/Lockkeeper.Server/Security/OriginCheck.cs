using System.Collections.Frozen;
using System.Net;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Security;

/// <summary>Whether the web page that a browser sends a request for may use this server. Without it any page its visitor has open could drive the GPU.</summary>
internal sealed class OriginCheck(ServerConfig server)
{
    private readonly bool _any = server.Cors.Contains("*");
    private readonly FrozenSet<string> _origins = server.Cors.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the page was served by this server, as far as its browser is concerned. Whether by http or https is not ours to know behind a proxy.</summary>
    public static bool IsOwn(string origin, ReadOnlySpan<char> host)
    {
        foreach (var scheme in (ReadOnlySpan<string>)["http://", "https://"])
        {
            if (origin.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return origin.AsSpan(scheme.Length).Equals(host, StringComparison.OrdinalIgnoreCase);
            }
        }

        return false;
    }

    /// <param name="origin">The Origin header, of a page that is not this server's own. <c>null</c> is what a browser writes for pages that hide where they are from.</param>
    public bool Admits(string origin) => _any || _origins.Contains(origin) || IsOfThisMachine(origin);

    private static bool IsOfThisMachine(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url)
        && (url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
