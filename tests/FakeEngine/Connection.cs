using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FakeEngine;

/// <summary>One kept-alive HTTP/1.1 connection, read and written by one thread.</summary>
internal sealed class Connection(Socket socket) : IDisposable
{
    private const int LastBytes = 16 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    public void Dispose() => socket.Dispose();

    /// <summary>The next request; null when the client is done.</summary>
    public Request? Read()
    {
        if (ReadThrough("\r\n\r\n"u8) is not { } head)
        {
            return null;
        }

        // Loops and arrays where one would rather write LINQ: each generic instance is compiled anew in every fresh process.
        var lines = Encoding.UTF8.GetString(head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        List<string[]> headers = [];
        foreach (var line in lines.AsSpan(1))
        {
            headers.Add([line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim()]);
        }

        string? Header(string name) => headers.Find(header => header[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
        if (Header("Expect") is not null)
        {
            socket.Send("HTTP/1.1 100 Continue\r\n\r\n"u8);
        }

        var body = Header("Transfer-Encoding") is not null ? ReadChunks()
            : Take(int.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture));
        return new Request(first[0], first[1], headers, body);
    }

    /// <param name="status">Its status.</param>
    /// <param name="type">What the body is.</param>
    /// <param name="body">The body.</param>
    /// <param name="moreHeaders">Further headers, each with its line break.</param>
    /// <param name="atLast">Called before the last bytes are sent: whoever has them may go on before the thread that sent them does.</param>
    public void Send(int status, string type, ReadOnlySpan<byte> body, string moreHeaders = "", Action? atLast = null)
    {
        SendAll(Head(status, type, $"Content-Length: {body.Length}\r\n{moreHeaders}"));
        var last = Math.Min(body.Length, LastBytes);
        SendAll(body[..^last]);
        atLast?.Invoke();
        SendAll(body[^last..]);
    }

    /// <summary>Bytes that need not be HTTP at all.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes) => SendAll(bytes);

    /// <summary>Headers of a stream, of events unless told otherwise; <see cref="SendChunk"/> follows.</summary>
    public void BeginStream(string type = "text/event-stream") => SendAll(Head(200, type, "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n"));

    /// <summary>One chunk in one packet; an empty one ends the stream.</summary>
    public void SendChunk(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        SendAll([.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8]);
    }

    /// <summary>Waits, and throws as soon as the client leaves: an engine that hangs must still show that it was told.</summary>
    public void Wait(int milliseconds)
    {
        // A second at a time: one that hangs uses no processor time by which it could be thought to work.
        for (var left = milliseconds; left > 0; left -= 1000)
        {
            if (socket.Poll(TimeSpan.FromMilliseconds(Math.Min(left, 1000)), SelectMode.SelectRead) && socket.Available == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }
        }
    }

    private static byte[] Head(int status, string type, string moreHeaders) =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Fake\r\nContent-Type: {type}\r\n{moreHeaders}\r\n");

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    private byte[] ReadChunks()
    {
        using var body = new MemoryStream();
        while (ReadThrough("\r\n"u8) is { } line)
        {
            var size = int.Parse(Encoding.ASCII.GetString(line).Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(Take(size));
            _ = Take(2);
            if (size == 0)
            {
                break;
            }
        }

        return body.ToArray();
    }

    private byte[]? ReadThrough(ReadOnlySpan<byte> mark)
    {
        int at;
        while ((at = _buffer.AsSpan(_start, _end - _start).IndexOf(mark)) < 0)
        {
            if (!Fill())
            {
                return null;
            }
        }

        return Take(at + mark.Length);
    }

    private byte[] Take(int count)
    {
        var taken = new byte[count];
        var held = Math.Min(count, _end - _start);
        _buffer.AsSpan(_start, held).CopyTo(taken);
        _start += held;
        while (held < count)
        {
            var read = socket.Receive(taken.AsSpan(held));
            held += read > 0 ? read : throw new SocketException((int)SocketError.ConnectionReset);
        }

        return taken;
    }

    private bool Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = socket.Receive(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
