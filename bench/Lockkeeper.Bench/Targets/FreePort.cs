using System.Net;
using System.Net.Sockets;

namespace Lockkeeper.Bench.Targets;

internal static class FreePort
{
    /// <summary>A port that is free now; whoever comes first has it.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
