using System.Collections.Frozen;
using System.Net;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Security;

/// <summary>
/// Whether a request means this server. A web page can let its own name resolve to this machine (DNS rebinding), and a browser then takes both for the same site; but the name stands in the Host header.
/// </summary>
internal sealed class HostCheck
{
    private readonly bool _any;
    private readonly bool _anyAddress;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;
    private readonly FrozenSet<IPAddress> _addresses;

    public HostCheck(ServerConfig server)
    {
        var names = server.AllowedHosts.Select(host => host.Trim('[', ']')).ToList();
        _any = names.Contains("*");

        // Only a name can be rebound. Who is meant to be reached from elsewhere is so at addresses it need not know, behind a forwarded port.
        _anyAddress = !ListenAddress.IsLoopback(server.Listen);
        _names = names.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _addresses = names.Select(name => IPAddress.TryParse(name, out var address) ? address : null).OfType<IPAddress>().ToFrozenSet();
    }

    /// <param name="header">The Host header: a name or an address, and perhaps a port.</param>
    public bool Admits(ReadOnlySpan<char> header)
    {
        var host = WithoutPort(header);
        return host is "127.0.0.1" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || _any || _names.Contains(host)
            || (IPAddress.TryParse(host, out var address) && (_anyAddress || IPAddress.IsLoopback(address) || _addresses.Contains(address)));
    }

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> header)
    {
        if (header is ['[', ..])
        {
            var end = header.IndexOf(']');
            return end < 0 ? default : header[1..end];
        }

        var colon = header.IndexOf(':');
        return colon < 0 ? header : header[..colon];
    }
}
