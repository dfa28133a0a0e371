using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lockkeeper.Bench.Load;

/// <summary>One kept-alive HTTP/1.1 connection with as little of its own as possible: what it costs is counted as the target's.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly TimeProvider _time;
    private int _end;

    public HttpConnection(Uri target, TimeProvider time)
    {
        _time = time;
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000, SendTimeout = 60_000 };
        Socket.Connect(new IPEndPoint(IPAddress.Loopback, target.Port));
    }

    public Socket Socket { get; }

    /// <summary>When the request in flight was sent.</summary>
    public long SentAt { get; private set; }

    public HttpResponse Response { get; } = new();

    /// <summary>Everything received of the last answer.</summary>
    public string Text => Encoding.UTF8.GetString(_buffer, 0, _end);

    public void Dispose() => Socket.Dispose();

    public void Send(ReadOnlySpan<byte> request)
    {
        _end = 0;
        Response.Reset();
        SentAt = _time.GetTimestamp();
        while (request.Length > 0)
        {
            request = request[Socket.Send(request)..];
        }
    }

    /// <summary>Reads once.</summary>
    /// <returns>True when the answer is complete.</returns>
    /// <exception cref="IOException">The connection was cut, or the answer is not 200.</exception>
    public bool Receive()
    {
        if (_end == _buffer.Length)
        {
            throw new IOException("The answer is larger than the bench expects.");
        }

        var read = Socket.Receive(_buffer.AsSpan(_end));
        if (read == 0)
        {
            throw new IOException("The connection was cut in the middle of an answer.");
        }

        _end += read;
        return Response.Parse(_buffer.AsSpan(0, _end), _time.GetTimestamp());
    }

    /// <summary>Sends, and blocks until the answer is complete.</summary>
    public void Exchange(ReadOnlySpan<byte> request)
    {
        Send(request);
        while (!Receive())
        {
        }
    }
}
