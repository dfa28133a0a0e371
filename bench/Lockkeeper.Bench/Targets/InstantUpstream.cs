using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lockkeeper.Bench.Targets;

/// <summary>An engine that answers at once with 1 KB, or with a stream whose chunks say when they were sent. A thread per connection and no HTTP stack, so that it is never what limits a run.</summary>
internal static class InstantUpstream
{
    private const int AnswerBytes = 1024;

    private static readonly byte[] Answer = Whole("application/json", """{"id":"bench","object":"chat.completion","created":0,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"#"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""");
    private static readonly byte[] Healthy = Whole("application/json", """{"status":"ok","pad":"#"}""");
    private static readonly byte[] StreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray();

    /// <param name="args"><c>--port N [--announce FILE]</c>: the file is told the port, for a run whose router chose it.</param>
    public static int Run(string[] args)
    {
        var port = int.Parse(args[Array.IndexOf(args, "--port") + 1], CultureInfo.InvariantCulture);
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(backlog: 512);
        if (Array.IndexOf(args, "--announce") is var at and >= 0)
        {
            File.WriteAllText(args[at + 1], $"{port}\n");
        }

        Console.Out.WriteLine($"Serving on http://127.0.0.1:{port}");
        while (true)
        {
            var socket = listener.AcceptSocket();
            socket.NoDelay = true;
            new Thread(() => Serve(socket), maxStackSize: 256 * 1024) { IsBackground = true }.Start();
        }
    }

    private static void Serve(Socket socket)
    {
        using var connection = socket;
        var buffer = new byte[64 * 1024];
        var scratch = new byte[64 * 1024];
        var received = 0;
        try
        {
            // What does not fit is counted and dropped: all that matters stands at the beginning.
            while (socket.Receive(received < buffer.Length ? buffer.AsSpan(received) : scratch) is var read and > 0)
            {
                received += read;
                if (RequestLength(buffer.AsSpan(0, Math.Min(received, buffer.Length))) is { } length && length <= received)
                {
                    Reply(socket, buffer.AsSpan(0, Math.Min(received, buffer.Length)));
                    received = 0; // The bench never pipelines.
                }
            }
        }
        catch (SocketException)
        {
            // The other side left.
        }
    }

    /// <summary>Bytes of the whole request; null while its head is not there yet.</summary>
    private static int? RequestLength(ReadOnlySpan<byte> received)
    {
        var head = received.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return null;
        }

        for (var line = received[..(head + 2)]; line.Length > 2; line = line[(line.IndexOf("\r\n"u8) + 2)..])
        {
            if (line.Length > 15 && Ascii.EqualsIgnoreCase(line[..15], "content-length:"u8))
            {
                var value = line[15..].TrimStart((byte)' ');
                return Utf8Parser.TryParse(value, out int length, out _) ? head + 4 + length : throw new SocketException();
            }

            if (line.Length > 18 && Ascii.EqualsIgnoreCase(line[..18], "transfer-encoding:"u8))
            {
                return received.EndsWith("0\r\n\r\n"u8) ? received.Length : int.MaxValue;
            }
        }

        return head + 4;
    }

    private static void Reply(Socket socket, ReadOnlySpan<byte> request)
    {
        if (!request.StartsWith("POST"u8))
        {
            socket.Send(Healthy);
        }
        else if (request.IndexOf("\"stream\":true"u8) < 0)
        {
            socket.Send(Answer);
        }
        else
        {
            Stream(socket, Number(request, "chunks="u8), Number(request, "delay="u8));
        }
    }

    private static void Stream(Socket socket, int chunks, int delayMilliseconds)
    {
        socket.Send(StreamHead);
        for (var i = 0; i <= chunks; i++)
        {
            if (i > 0 && delayMilliseconds > 0)
            {
                socket.Poll(TimeSpan.FromMilliseconds(delayMilliseconds), SelectMode.SelectError);
            }

            Chunk(socket, i == chunks ? "data: [DONE]\n\n" : Event(i));
        }

        socket.Send("0\r\n\r\n"u8);
    }

    /// <summary>It says when it was sent: the monotonic clock is one for all processes of a machine, the reader subtracts.</summary>
    private static string Event(int i) => string.Create(CultureInfo.InvariantCulture,
        $$$"""data: {"id":"bench","object":"chat.completion.chunk","created":0,"model":"bench","sent":{{{TimeProvider.System.GetTimestamp()}}},"choices":[{"index":0,"delta":{"content":"t{{{i}}} "},"finish_reason":null}]}""") + "\n\n";

    private static void Chunk(Socket socket, string text) => socket.Send(Encoding.ASCII.GetBytes($"{text.Length:x}\r\n{text}\r\n"));

    private static int Number(ReadOnlySpan<byte> request, ReadOnlySpan<byte> key) =>
        request.IndexOf(key) is var at and >= 0 && Utf8Parser.TryParse(request[(at + key.Length)..], out int number, out _) ? number : 0;

    private static byte[] Whole(string type, string pattern)
    {
        var body = pattern.Replace("#", new string('y', AnswerBytes - pattern.Length + 1), StringComparison.Ordinal);
        return Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }
}
