using System.Net;
using System.Net.Sockets;

namespace Lockkeeper.Server.Engines;

/// <summary>Ports of 127.0.0.1 for engines. One that is leased is not given out again, even while its engine is still loading and nothing listens there yet.</summary>
internal sealed class PortLeases
{
    // Below the ports that systems give to outgoing connections (32768 and up on Linux, 49152 and up elsewhere): no browser can take a port
    // between our look and the engine's, and a probe of a port where nothing listens yet cannot connect to itself.
    private const int First = 21_000;
    private const int Count = 11_000;

    private readonly Lock _gate = new();
    private readonly HashSet<int> _leased = [];
    private int _next = Random.Shared.Next(Count);

    /// <summary>A port that is free now. Dispose the lease when the engine is gone.</summary>
    /// <exception cref="IOException">Every port of the range is taken.</exception>
    public Lease Take()
    {
        lock (_gate)
        {
            for (var tried = 0; tried < Count; tried++)
            {
                var port = First + _next;
                _next = (_next + 1) % Count;
                if (!_leased.Contains(port) && IsFree(port))
                {
                    _leased.Add(port);
                    return new Lease(this, port);
                }
            }
        }

        throw new IOException($"no port from {First} to {First + Count - 1} is free");
    }

    /// <summary>That very port; null when it is leased already, or somebody has it.</summary>
    public Lease? TryTake(int port)
    {
        lock (_gate)
        {
            return !_leased.Contains(port) && IsFree(port) && _leased.Add(port) ? new Lease(this, port) : null;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The right to a port.</summary>
    internal sealed class Lease(PortLeases leases, int port) : IDisposable
    {
        public int Port => port;

        public void Dispose()
        {
            lock (leases._gate)
            {
                leases._leased.Remove(port);
            }
        }
    }
}
