using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary><c>GET /admin/events</c>: a snapshot, then each change.</summary>
public sealed class EventsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_listener_gets_a_snapshot_and_then_every_change_numbered_without_a_gap()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "--ready-delay 1500", ["b"] = "" } });
        await using var listener = await Listener.StartAsync(lockkeeper);
        var snapshot = await listener.NextAsync("snapshot");
        snapshot.EnumerateObject().Select(member => member.Name).ShouldBe(["version", "missed", "at", "drained", "queue", "instances", "pools", "models", "requests"]);
        snapshot.GetProperty("models")[0].ShouldSatisfyAllConditions(
            model => model.GetProperty("id").GetString().ShouldBe("a"),
            model => model.GetProperty("load_s").ValueKind.ShouldBe(JsonValueKind.Null),
            model => model.GetProperty("free_s").ValueKind.ShouldBe(JsonValueKind.Null),
            model => model.GetProperty("footprint").ValueKind.ShouldBe(JsonValueKind.Null),
            model => model.GetProperty("tokens_per_second").ValueKind.ShouldBe(JsonValueKind.Null),
            model => model.GetProperty("prompt_tokens_per_second").ValueKind.ShouldBe(JsonValueKind.Null),
            model => model.GetProperty("max_concurrency").GetInt32().ShouldBe(1));

        using var answer = await lockkeeper.SendAsync("/v1/chat/completions", """{"model":"a","priority":"low"}"""u8.ToArray());
        (await listener.NextAsync("queue", queue => queue.GetArrayLength() == 1))[0].GetProperty("model").GetString().ShouldBe("a");
        await listener.NextAsync("instance", instance => instance.GetProperty("state").GetString() == "starting");
        await listener.NextAsync("instance", instance => instance.GetProperty("state").GetString() == "ready");
        (await listener.NextAsync("request")).ShouldSatisfyAllConditions(
            request => request.GetProperty("id").GetString().ShouldBe(answer.Header("X-Lockkeeper-Request-Id")),
            request => request.GetProperty("model").GetString().ShouldBe("a"),
            request => request.GetProperty("priority").GetString().ShouldBe("low"),
            request => request.GetProperty("key").GetString().ShouldBe(""),
            request => request.GetProperty("arrived").GetString()!.ShouldEndWith("Z"),
            request => request.GetProperty("load_ms").GetInt64().ShouldBeGreaterThan(400),
            request => request.GetProperty("queue_ms").GetInt64().ShouldBeGreaterThan(400),
            request => request.GetProperty("duration_ms").GetInt64().ShouldBeGreaterThan(400),
            request => request.GetProperty("prompt_tokens").GetInt32().ShouldBeGreaterThan(0),
            request => request.GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(0),
            request => request.GetProperty("outcome").GetString().ShouldBe("answered"));

        await lockkeeper.AnswerAsync("b");
        await listener.NextAsync("instance", instance => instance.GetProperty("state").GetString() == "gone" && instance.GetProperty("instance").GetString() == "a#1");
        var ids = listener.Ids;
        ids.ShouldBe(Enumerable.Range(0, ids.Count).Select(i => ids[0] + i));
    }

    [Fact]
    public async Task Who_comes_back_can_tell_how_much_it_has_missed()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        long last;
        await using (var listener = await Listener.StartAsync(lockkeeper))
        {
            last = (await listener.NextAsync("snapshot")).GetProperty("version").GetInt64();
        }

        await lockkeeper.AnswerAsync("a");
        await lockkeeper.AnswerAsync("a");
        await Eventually.True(
            async () =>
            {
                await using var back = await Listener.StartAsync(lockkeeper, last);
                return (await back.NextAsync("snapshot")).GetProperty("missed").GetInt64() >= 2;
            },
            "both requests count as missed");
        await using var stranger = await Listener.StartAsync(lockkeeper, 1_000_000);
        (await stranger.NextAsync("snapshot")).GetProperty("missed").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_listener_that_has_stopped_reading_is_disconnected()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(lockkeeper.BaseAddress.Host, lockkeeper.BaseAddress.Port);
        await socket.SendAsync("GET /admin/events HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        // What it does not read fills buffers of the system first: some megabytes.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < 4000; i++)
            {
                using var refused = await lockkeeper.SendAsync("/v1/chat/completions", """{"model":"none"}"""u8.ToArray(), headers => headers.Add("X-Request-Id", new string('x', 128)));
            }
        }));
        await Eventually.True(() => IsCut(socket), "its connection is cut, though it never reads on");
    }

    /// <summary>Writing shows it without reading: the other side has reset the connection.</summary>
    private static bool IsCut(Socket socket)
    {
        try
        {
            socket.Send("\r\n"u8);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    [Fact]
    public async Task A_listener_does_not_keep_lockkeeper_from_closing()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" }, ShutdownGrace = "5m" });
        await using var listener = await Listener.StartAsync(lockkeeper);
        await listener.NextAsync("snapshot");
        lockkeeper.Terminate();
        (await lockkeeper.ExitAsync()).ShouldBe(0);
    }

    private sealed class Listener : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly Channel<(string Name, JsonElement Data)> _events = Channel.CreateUnbounded<(string Name, JsonElement Data)>();
        private readonly Task _reading;
        private readonly List<(string Name, JsonElement Data)> _heard = [];
        private readonly ConcurrentQueue<long> _ids = new();

        private Listener(HttpResponseMessage response)
        {
            _response = response;
            _reading = ReadAsync();
        }

        public IReadOnlyList<long> Ids => [.. _ids];

        public static async Task<Listener> StartAsync(LockkeeperProcess lockkeeper, long? last = null) =>
            new(await lockkeeper.ListenAsync(headers => Add(headers, last)));

        /// <summary>An event of that name for which the condition holds. Others wait for whoever asks for them: a request and the queue it was in are told in no fixed order.</summary>
        public async Task<JsonElement> NextAsync(string name, Func<JsonElement, bool>? condition = null)
        {
            using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
            for (var at = 0; ; at++)
            {
                if (at == _heard.Count)
                {
                    _heard.Add(await ReadAsync(name, deadline.Token));
                }

                var (heard, data) = _heard[at];
                if (heard == name && condition?.Invoke(data) != false)
                {
                    _heard.RemoveAt(at);
                    return data;
                }
            }
        }

        private async Task<(string Name, JsonElement Data)> ReadAsync(string name, CancellationToken deadline)
        {
            try
            {
                return await _events.Reader.ReadAsync(deadline);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no such '{name}' came; heard: {string.Join('\n', _heard)}");
            }
        }

        public async ValueTask DisposeAsync()
        {
            _response.Dispose();
            await _reading;
        }

        private static void Add(HttpRequestHeaders headers, long? last)
        {
            if (last is { } id)
            {
                headers.Add("Last-Event-ID", id.ToString(CultureInfo.InvariantCulture));
            }
        }

        private async Task ReadAsync()
        {
            var name = "";
            try
            {
                await foreach (var line in _response.LinesAsync())
                {
                    switch (line.Split(": ", 2))
                    {
                        case ["event", var said]:
                            name = said;
                            break;
                        case ["id", var id]:
                            _ids.Enqueue(long.Parse(id, CultureInfo.InvariantCulture));
                            break;
                        case ["data", var data]:
                            _events.Writer.TryWrite((name, JsonElement.Parse(data)));
                            break;
                    }
                }
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException or HttpRequestException)
            {
                // The story is over.
            }

            _events.Writer.TryComplete();
        }
    }
}
