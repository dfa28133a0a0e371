using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lockkeeper.Server.Tests.Ingress.Media;

/// <summary>A web server on loopback that says what a test tells it to, byte for byte, once a connection.</summary>
internal sealed class LinkedSite : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly Lock _gate = new();
    private readonly List<string> _requests = [];

    public LinkedSite()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Answers by path: all that is sent, the status line included; null for a server that never says anything.</summary>
    public Dictionary<string, byte[]?> Answers { get; } = [];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The request lines and headers that have come, in order.</summary>
    public string[] Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public Uri At(string path, string host = "127.0.0.1") => new($"http://{host}:{Port}{path}");

    public LinkedSite With(string path, byte[] content, string headers = "")
    {
        Answers[path] = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n{headers}\r\n"), .. content];
        return this;
    }

    public LinkedSite Redirecting(string path, string to)
    {
        Answers[path] = Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // Disposed.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var request = new StringBuilder();
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            {
                request.Append(line).Append('\n');
            }

            lock (_gate)
            {
                _requests.Add(request.ToString());
            }

            if (Answers[request.ToString().Split(' ')[1]] is { } answer)
            {
                await stream.WriteAsync(answer, _stop.Token);
            }
            else
            {
                await stream.ReadExactlyAsync(new byte[1], _stop.Token);
            }
        }
        catch (IOException)
        {
            // The fetcher has read enough.
        }
    }
}
