using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lockkeeper.Server.Engines;

/// <summary>Asks an engine that starts whether it is ready: the port is open, the listener is ours, and the path answers 2xx.</summary>
internal sealed class ReadinessProbe(Upstream upstream, string path, Func<PortOwner> owner, TimeProvider time)
{
    // Tight at first, since a swap of a small model is over in less than a second; a large one must not be asked 200 times a second for minutes.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TightFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly IPEndPoint _endpoint = new(IPAddress.Parse(upstream.BaseAddress.Host), upstream.BaseAddress.Port);
    private readonly Uri _uri = new(upstream.BaseAddress, path);

    /// <summary>What the last probe saw, in words: the evidence when the engine never gets ready.</summary>
    public string LastSeen { get; private set; } = "nothing was asked yet";

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
                if (await AnswersAsync(cancellationToken))
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

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _uri);
            using var response = await upstream.Invoker.SendAsync(request, ended.Token);
            LastSeen = string.Create(CultureInfo.InvariantCulture, $"GET {path} answered {(int)response.StatusCode}");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException e)
        {
            LastSeen = $"GET {path} failed: {e.Message}";
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LastSeen = string.Create(CultureInfo.InvariantCulture, $"GET {path} had no answer for {Patience.TotalSeconds} s");
            return false;
        }
    }

    /// <summary>A bare connect, without the exceptions that an HTTP client would throw a hundred times while an engine loads.</summary>
    private async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var connect = new SocketAsyncEventArgs { RemoteEndPoint = _endpoint };
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connect.Completed += (_, _) => done.TrySetResult();
        if (socket.ConnectAsync(connect))
        {
            try
            {
                await done.Task.WaitAsync(Patience, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                LastSeen = "the port took no connection";
                return false;
            }
        }

        if (connect.SocketError != SocketError.Success)
        {
            LastSeen = "the port was not open";
            return false;
        }

        return true;
    }
}
