using System.Net;
using System.Net.Sockets;

namespace Lockkeeper.Server.Engines.Readiness;

/// <summary>Asks an engine that starts whether it is ready: the port is open, the listener is ours, and all that <c>ready</c> asks for holds.</summary>
internal sealed class ReadinessProbe(Upstream upstream, ReadyCheck check, Func<PortOwner> owner, TimeProvider time)
{
    // Tight at first, since a swap of a small model is over in less than a second; a large one must not be asked 200 times a second for minutes.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TightFor = TimeSpan.FromSeconds(1);

    private readonly IPEndPoint _endpoint = new(AddressOf(upstream.BaseAddress), upstream.BaseAddress.Port);

    /// <summary>What the last probe saw, in words: the evidence when the engine never gets ready.</summary>
    public string LastSeen => check.LastSeen;

    /// <summary>Probes until the engine is ready (null) or a stranger is found on its port.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<PortOwner?> WaitAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var pause = ShortestPause;
        var ours = false;
        while (true)
        {
            if (await IsOpenAsync(cancellationToken))
            {
                var listener = ours ? null : owner();
                if (listener?.Kind == PortOwner.Owner.Stranger)
                {
                    return listener;
                }

                ours |= listener?.Kind == PortOwner.Owner.Ours;
                if (await check.HoldsAsync(cancellationToken))
                {
                    return null;
                }
            }

            await Task.Delay(pause, time, cancellationToken);
            if (time.GetElapsedTime(start) > TightFor && pause < LongestPause)
            {
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 3 / 2, LongestPause.Ticks));
            }
        }
    }

    /// <summary>Of this machine: the configuration rules let nothing else pass for a process.</summary>
    private static IPAddress AddressOf(Uri address) => IPAddress.TryParse(address.Host.Trim('[', ']'), out var literal) ? literal : IPAddress.Loopback;

    /// <summary>A bare connect, without the exceptions that an HTTP client would throw a hundred times while an engine loads.</summary>
    private async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(_endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var connect = new SocketAsyncEventArgs { RemoteEndPoint = _endpoint };
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connect.Completed += (_, _) => done.TrySetResult();
        if (socket.ConnectAsync(connect))
        {
            try
            {
                await done.Task.WaitAsync(EngineTalk.Patience, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                check.LastSeen = "the port took no connection";
                return false;
            }
        }

        if (connect.SocketError != SocketError.Success)
        {
            check.LastSeen = "the port was not open";
            return false;
        }

        return true;
    }
}
