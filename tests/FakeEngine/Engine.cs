using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace FakeEngine;

/// <summary>The server: a thread per connection, so that starting costs nothing and a hung request hangs only itself.</summary>
internal sealed class Engine(Flags flags, string arguments)
{
    private const int RequestsKept = 100;
    private const int SigKill = 9;

    private readonly ConcurrentQueue<Request> _requests = new();
    private readonly ControlApi? _control = flags.Ollama || flags.Tabby ? new ControlApi(flags) : null;
    private readonly SleepMode _sleep = new(flags);
    private readonly long _listeningSince = Environment.TickCount64;
    private readonly Lock _slot = new();
    private int _served;
    private int _inFlight;
    private int _peak;
    private int _aborted;
    private int _asked;

    public void Serve()
    {
        using var listener = new TcpListener(IPAddress.Loopback, flags.Port);
        listener.Start();
        while (true)
        {
            var socket = listener.AcceptSocket();
            socket.NoDelay = true;
            new Thread(() => Converse(socket), maxStackSize: 256 * 1024) { IsBackground = true }.Start();
        }
    }

    private void Converse(Socket socket)
    {
        using var connection = new Connection(socket);
        try
        {
            while (connection.Read() is { } request)
            {
                Answer(connection, request);
            }
        }
        catch (SocketException)
        {
            // The client left; counted where a request was in flight.
        }
    }

    private void Answer(Connection connection, Request request)
    {
        if (_sleep.TryAnswer(connection, request) || _control?.TryAnswer(connection, request, () => _inFlight) == true)
        {
            return;
        }

        switch (request.Method, request.Path)
        {
            case ("GET", "/health"):
                var ready = !flags.NeverReady && Environment.TickCount64 - _listeningSince >= flags.ReadyDelay;
                SendJson(connection, ready ? 200 : 503, Answers.Health(ready));
                break;
            case ("GET", "/v1/models"):
                SendJson(connection, 200, Answers.Models(flags.Id));
                break;
            case ("POST", "/__shutdown"):
                SendJson(connection, 200, "{}");
                Environment.Exit(0);
                break;
            case ("GET", "/__state"):
                SendJson(connection, 200, State());
                break;
            case ("GET", "/__requests"):
                SendJson(connection, 200, $"[{string.Join(',', _requests.Select(kept => kept.Describe()))}]");
                break;
            case ("POST", "/v1/chat/completions" or "/v1/completions" or "/v1/embeddings"):
                Infer(connection, request);
                break;
            case ("POST", "/apply-template") when flags.Tokenizer.Length > 0:
                SendJson(connection, request.Body.AsSpan().IndexOf("\"messages\""u8) >= 0 ? 200 : 400, """{"prompt":"<|user|>"}""");
                break;
            case ("POST", "/tokenize") when flags.Tokenizer.Length > 0:
                SendJson(connection, 200, request.Body.AsSpan().IndexOf("\"messages\""u8) >= 0
                    ? $$"""{"count":{{flags.Tokenizer[1]}},"max_model_len":4096,"tokens":[]}"""
                    : $$"""{"tokens":[{{string.Join(',', Enumerable.Repeat(1, flags.Tokenizer[0]))}}]}""");
                break;
            case ("GET", "/api/version") when flags.Speaks.Contains(request.Path):
                SendJson(connection, 200, """{"version":"0.33.0"}""");
                break;
            case ("POST", _) when flags.Speaks.Contains(request.Path) && (request.Body.AsSpan().IndexOf("\"fake:"u8) >= 0 || Faults.Of(flags.Fault, request.Body).Has("raw")):
                Infer(connection, request);
                break;
            case ("POST", _) when flags.Speaks.Contains(request.Path):
                Interlocked.Increment(ref _asked);
                SendJson(connection, flags.Trouble, Answers.Error(flags.Trouble));
                break;
            default:
                SendJson(connection, 404, Answers.NoRoute);
                break;
        }
    }

    private string State() => $$"""
        {"pid":{{Environment.ProcessId}},"served":{{_served}},"in_flight":{{_inFlight}},"peak":{{_peak}},"aborted":{{_aborted}},"asked":{{_asked}},
        "arguments":{{Request.Quote(arguments)}},"cwd":{{Request.Quote(Environment.CurrentDirectory)}}}
        """;

    private void Infer(Connection connection, Request request)
    {
        _requests.Enqueue(request);
        if (_requests.Count > RequestsKept)
        {
            _requests.TryDequeue(out _);
        }

        var now = Interlocked.Increment(ref _inFlight);
        for (var peak = _peak; now > peak; peak = _peak)
        {
            Interlocked.CompareExchange(ref _peak, now, peak);
        }

        // Before its last bytes: who has them may ask again, or have the model unloaded, while this thread still waits for a processor.
        var isServed = false;
        void Served()
        {
            isServed = true;
            Interlocked.Increment(ref _served);
            Interlocked.Decrement(ref _inFlight);
        }

        try
        {
            var faults = Faults.Of(flags.Fault, request.Body);
            if (Environment.TickCount64 - _listeningSince < flags.Early || _control?.Admits(request) == false)
            {
                SendJson(connection, 503, Answers.Error(503));
                return;
            }

            Work(connection, faults);
            connection.Wait(faults.Has("hang") ? int.MaxValue : faults.Number("first", 0));
            Reply(connection, request, faults, Served);
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref _aborted);
            throw;
        }
        finally
        {
            if (!isServed)
            {
                Interlocked.Decrement(ref _inFlight);
            }
        }
    }

    /// <param name="connection">Where the request came from.</param>
    /// <param name="request">The request.</param>
    /// <param name="faults">What shall go wrong with it.</param>
    /// <param name="atLast">Called before the last bytes of an answer.</param>
    private void Reply(Connection connection, Request request, Faults faults, Action atLast)
    {
        if (faults.Has("status"))
        {
            var status = faults.Number("status", 400);
            SendJson(connection, status, Answers.Error(status), atLast);
        }
        else if (faults.Has("raw"))
        {
            atLast();
            connection.SendRaw(faults.Bytes("raw"));
        }
        else if (request.Streams)
        {
            Stream(connection, request, faults, atLast);
        }
        else
        {
            Complete(connection, request, faults, atLast);
        }
    }

    private void Complete(Connection connection, Request request, Faults faults, Action atLast)
    {
        if (faults.Has("crash"))
        {
            Die(faults);
        }

        if (faults.Has("close"))
        {
            throw new SocketException((int)SocketError.ConnectionAborted);
        }

        var text = $"fake {(_control is null ? flags.Id : ControlApi.ModelOf(request))} pid={Environment.ProcessId}".PadRight(faults.Number("size", 0), '.');
        var json = Answers.Whole(request.Path, flags.Id, text, faults.Has("echo") ? request : null);
        if (!faults.Has("gzip"))
        {
            SendJson(connection, 200, json, atLast);
            return;
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(json));
        }

        connection.Send(200, "application/json", packed.ToArray(), "Content-Encoding: gzip\r\n", atLast);
    }

    private void Stream(Connection connection, Request request, Faults faults, Action atLast)
    {
        var chunks = faults.Number("chunks", 3);
        connection.BeginStream();
        for (var i = 0; i <= chunks; i++)
        {
            if (faults.Has("crash") && i == faults.Number("crash", 0))
            {
                Die(faults);
            }

            if (faults.Has("close") && i == faults.Number("close", 0))
            {
                throw new SocketException((int)SocketError.ConnectionAborted);
            }

            connection.Wait(faults.Has("stall") && i == faults.Number("stall", 0) ? int.MaxValue : i > 0 ? faults.Number("delay", 0) : 0);
            connection.SendChunk(Answers.Chunk(request.Path, flags.Id, i < chunks ? $"t{i} " : null));
        }

        if (request.Body.AsSpan().IndexOf("include_usage"u8) >= 0)
        {
            connection.SendChunk(Answers.Usage(flags.Id, chunks));
        }

        connection.SendChunk("data: [DONE]\n\n");
        atLast();
        connection.SendChunk("");
    }

    public static void SendJson(Connection connection, int status, string json, Action? atLast = null) => connection.Send(status, "application/json", Encoding.UTF8.GetBytes(json), atLast: atLast);

    private void Work(Connection connection, Faults faults)
    {
        if (_served >= flags.MuteAfter)
        {
            connection.Wait(int.MaxValue);
        }

        if (flags.OneSlot)
        {
            lock (_slot)
            {
                Burn(faults.Number("burn", 0));
            }
        }
    }

    private static void Burn(int milliseconds)
    {
        for (var until = Environment.TickCount64 + milliseconds; Environment.TickCount64 < until;)
        {
            Thread.SpinWait(1000);
        }
    }

    private static void Die(Faults faults)
    {
        if (faults.Has("kill"))
        {
            _ = Kill(Environment.ProcessId, SigKill);
        }

        Console.Error.WriteLine("fake-engine: crashing as asked");
        Environment.Exit(faults.Number("code", 1));
    }

    /// <summary>At once, where the runtime's own way takes so long that the death no longer looks like one of that moment.</summary>
    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
