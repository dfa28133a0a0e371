using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class RecordVerbTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: close\r\n\r\n";

    private const string Snapshot =
        """
        event: snapshot
        data: {"version":1,"queue":[],"models":[{"id":"a","load_s":8.5,"free_s":2,"footprint":1000,"tokens_per_second":40,"prompt_tokens_per_second":null,"max_concurrency":2},{"id":"b","load_s":null,"free_s":null,"footprint":null,"tokens_per_second":null,"prompt_tokens_per_second":null,"max_concurrency":1}]}


        """;

    private const string Table = """{"models":[{"id":"a","load_s":8.5,"free_s":2,"footprint":1000,"max_concurrency":2,"tokens_per_second":40},{"id":"b","load_s":0,"free_s":0,"max_concurrency":1}]}""";

    private const string First = """{"at_s":1.5,"model":"a","priority":"high","key":"laptop","prompt_tokens":12,"completion_tokens":40,"service_s":0.808}""";

    [Fact]
    public async Task What_is_served_becomes_a_trace_until_a_signal_ends_it()
    {
        using var router = new EventServer(Head + Snapshot
            + ": heartbeat\n\n"
            + "event: hullabaloo\ndata: {\"x\":1}\n\n"
            + Request("a", "high", "2026-01-01T00:00:01.500Z", queue: 12, duration: 820, key: "laptop")
            + Request("b", "medium", "2026-01-01T00:00:02.000Z", queue: 500, duration: 500, outcome: "refused")
            + Request("b", "medium", "2025-12-31T23:59:00.000Z", queue: 0, duration: 500)
            + Request("new", "medium", "2026-01-01T00:00:03.000Z", queue: 0, duration: 500)
            + "event: request\ndata: {\"model\":\"a\"}\n\n"
            + Request("b", "background", "2026-01-01T00:00:04.000Z", queue: 1000, duration: 1250, outcome: "cancelled"), stayOpen: true);
        using var run = new LockkeeperRun();
        run.Variables["ROUTER_KEY"] = "sesame";
        var file = Path.Combine(run.Folder, "trace.jsonl");
        run.Start("record", "--url", router.Url, "--key-env", "ROUTER_KEY", "--output", file);
        await run.UntilAsync("the last request is written", async () => File.Exists(file) && (await ReadAsync(file)).Contains("background", StringComparison.Ordinal));
        run.Signal("TERM");
        var (exit, output, errors) = await run.EndAsync();
        exit.ShouldBe(0);
        output.ShouldBeEmpty();
        (await ReadAsync(file)).ShouldBe($$"""
            {{Table}}
            {{First}}
            {"at_s":4,"model":"b","priority":"background","prompt_tokens":12,"completion_tokens":40,"service_s":0.25}

            """);
        errors.ShouldBe(
        [
            $"lockkeeper: listening to {router.Url}/admin/events; Ctrl-C ends it.",
            "lockkeeper: how long 'b' takes to load and to free is not known yet; 0 is written where it is not. Mend the first line of the trace, or record again later.",
            "lockkeeper: 'new' is not in the snapshot the recording began with; its requests are left out.",
            errors[3],
            "lockkeeper: Recorded: 2. Left out, since no engine served it or it had come before: 3.",
        ]);
        errors[3].ShouldStartWith("lockkeeper: an event 'request' was not understood and is left out: ");
        router.Asked.ShouldStartWith("GET /admin/events HTTP/1.1\r\n");
        router.Asked.ShouldContain("Authorization: Bearer sesame\r\n");
    }

    [Fact]
    public async Task A_trace_that_was_recorded_can_be_simulated()
    {
        using var router = new EventServer(Head + Snapshot + Request("a", "high", "2026-01-01T00:00:01.500Z", queue: 12, duration: 820, key: "laptop"));
        using var run = new LockkeeperRun();
        var (exit, output, errors) = await run.Start("record", "--url", router.Url).EndAsync();
        exit.ShouldBe(1);
        output.ShouldBe($"{Table}\n{First}\n");
        errors[^1].ShouldBe($"lockkeeper: {new Uri(router.Url).Authority} has ended the stream. Recorded: 1. Left out, since no engine served it or it had come before: 0.");
        using var simulate = new LockkeeperRun { Input = output };
        (await simulate.Start("simulate", "-").EndAsync()).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", " wants an API key that may see this (HTTP 401); name the variable that holds it with --key-env.")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "/admin/events answered HTTP 404; is it a Lockkeeper?")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n", "/admin/events answered with no event stream; is it a Lockkeeper?")]
    public async Task An_answer_that_is_no_event_stream_is_one_clear_line(string answer, string expected)
    {
        using var router = new EventServer(answer);
        using var run = new LockkeeperRun();
        var (exit, output, errors) = await run.Start("record", "--url", router.Url).EndAsync();
        exit.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldHaveSingleItem().ShouldEndWith(expected);
    }

    [Fact]
    public async Task Nobody_there_is_one_clear_line()
    {
        using var run = new LockkeeperRun();
        var (exit, _, errors) = await run.Start("record", "--url", $"http://127.0.0.1:{LockkeeperRun.FreePort()}").EndAsync();
        exit.ShouldBe(1);
        errors.ShouldHaveSingleItem().ShouldStartWith("lockkeeper: cannot reach 127.0.0.1:");
    }

    [Theory]
    [InlineData("lockkeeper: '127.0.0.1:5590' is no value for --url; write an address such as http://127.0.0.1:5590.", "--url", "127.0.0.1:5590")]
    [InlineData("lockkeeper: the environment variable NOT_SET_HERE, named by --key-env, is not set.", "--key-env", "NOT_SET_HERE")]
    public async Task What_cannot_be_meant_is_exit_code_2(string expected, params string[] arguments)
    {
        using var run = new LockkeeperRun();
        var (exit, _, errors) = await run.Start(["record", .. arguments]).EndAsync();
        exit.ShouldBe(2);
        errors.ShouldBe([expected]);
    }

    private static string Request(string model, string priority, string arrived, int queue, int duration, string outcome = "answered", string key = "") =>
        $$"""
        event: request
        id: 7
        data: {"id":"r1","model":"{{model}}","priority":"{{priority}}","key":"{{key}}","arrived":"{{arrived}}","queue_ms":{{queue}},"load_ms":0,"duration_ms":{{duration}},"prompt_tokens":12,"completion_tokens":40,"outcome":"{{outcome}}"}


        """;

    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Answers one request with these bytes, and then says no more or hangs up.</summary>
    private sealed class EventServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _closed = new();
        private readonly StringBuilder _asked = new();

        public EventServer(string answer, bool stayOpen = false)
        {
            _listener.Start();
            _ = ServeAsync(Encoding.UTF8.GetBytes(answer), stayOpen);
        }

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public string Asked => _asked.ToString();

        public void Dispose()
        {
            _closed.Cancel();
            _closed.Dispose();
            _listener.Dispose();
        }

        private async Task ServeAsync(byte[] answer, bool stayOpen)
        {
            var closed = _closed.Token;
            using var client = await _listener.AcceptTcpClientAsync(closed);
            var stream = client.GetStream();
            var buffer = new byte[4096];
            while (!_asked.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                _asked.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, closed)));
            }

            await stream.WriteAsync(answer, closed);
            if (stayOpen)
            {
                await Task.Delay(Timeout.Infinite, closed);
            }
        }
    }
}
