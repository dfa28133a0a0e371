using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What has to cross the router untouched, and what must not cross it.</summary>
public sealed class PassThroughTests(PassThroughTests.Router router) : IClassFixture<PassThroughTests.Router>
{
    private const int Large = 50 * 1024 * 1024;

    private readonly LockkeeperProcess _lockkeeper = router.Lockkeeper;

    [Theory]
    [InlineData(400)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task An_error_of_the_engine_passes_through_byte_for_byte(int status)
    {
        using var response = await _lockkeeper.AskAsync("a", $"status={status}");
        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await response.Content.ReadAsStringAsync()).ShouldBe(
            $$$"""{"error":{"message":"fake error {{{status}}}","type":"invalid_request_error","param":null,"code":"fake_{{{status}}}"}}""");
    }

    [Theory]
    [InlineData("X-Odd: a\u0001b\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")]
    public async Task An_answer_that_cannot_be_passed_on_is_a_502_that_says_why(string headers)
    {
        using var response = await AskForRawAsync($"HTTP/1.1 200 OK\r\n{headers}");
        (await response.ErrorAsync()).ShouldSatisfyAllConditions(
            error => error.Status.ShouldBe(502), error => error.Code.ShouldBe("engine_failed"), error => error.Message.ShouldContain("its answer cannot be passed on"));
    }

    [Fact]
    public async Task An_engine_cannot_switch_to_another_protocol()
    {
        using var response = await AskForRawAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
        (await response.ErrorAsync()).ShouldSatisfyAllConditions(error => error.Status.ShouldBe(502), error => error.Message.ShouldContain("101"));
    }

    [Fact]
    public async Task An_answer_that_has_a_length_keeps_one_when_the_name_in_it_is_replaced()
    {
        using var response = await AskForRawAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 31\r\n\r\n{\"model\":\"a/longer-name\",\"b\":1}");
        response.Content.Headers.ContentLength.ShouldBe(19);
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"model":"a","b":1}""");
    }

    [Fact]
    public async Task Chunks_count_and_not_the_length_beside_them()
    {
        using var response = await AskForRawAsync("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"a\": 1}\r\n0\r\n\r\n");
        response.Content.Headers.ContentLength.ShouldBeNull();
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"a": 1}""");
    }

    [Fact]
    public async Task Header_values_that_are_no_ascii_cross_in_both_directions_byte_for_byte()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_lockkeeper.BaseAddress.Host, _lockkeeper.BaseAddress.Port);
        await using var stream = client.GetStream();
        var body = Client.Body("a", Raw("HTTP/1.1 200 OK\r\nX-Odd: caf\u00c3\u00a9 \u00e9\r\nContent-Length: 2\r\n\r\n{}"));
        await stream.WriteAsync(Encoding.Latin1.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Title: caf\u00c3\u00a9\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync();

        answer.ShouldStartWith("HTTP/1.1 200");
        answer.ShouldContain("X-Odd: caf\u00c3\u00a9 \u00e9\r\n");
        var headers = (await LastRequestAsync()).GetProperty("headers").EnumerateArray();
        headers.Single(pair => pair[0].GetString() == "X-Title")[1].GetString().ShouldBe("caf\u00e9", "the fake engine reads headers as UTF-8");
    }

    [Fact]
    public async Task A_compressed_answer_stays_compressed()
    {
        using var response = await _lockkeeper.AskAsync("a", "gzip size=100000");
        response.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        var packed = await response.Content.ReadAsByteArrayAsync();
        packed.Length.ShouldBeLessThan(50_000);
        response.Content.Headers.ContentLength.ShouldBe(packed.Length);
        using var unpacked = new StreamReader(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress));
        (await unpacked.ReadToEndAsync()).ShouldContain("fake a ");
    }

    [Fact]
    public async Task An_engines_own_response_that_is_cut_ends_in_an_error_with_the_next_number()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["r"] = "--speaks /v1/responses" }, EngineKeys = { ["dialects"] = "[openai, responses]" } });
        await lockkeeper.AnswerAsync("r"); // or the wait for it would have begun the stream
        const string Cut = "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"model\":\"r\"}}\n\n"
            + "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"\\\"sequence_number\\\":99,\",\"sequence_number\": 41}\n\n";

        using var response = await lockkeeper.PostAsync("/v1/responses", JsonSerializer.Serialize(new { model = "r", stream = true, input = $"fake: {Raw($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n{Cut.Length:x}\r\n{Cut}\r\n0\r\n\r\n")}" }));
        var events = (await response.LinesAsync().ToListAsync()).Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data: ".Length..])).ToList();

        var error = events[^1];
        error.GetProperty("type").GetString().ShouldBe("error");
        error.GetProperty("code").GetString().ShouldBe("engine_failed");
        error.GetProperty("sequence_number").GetInt32().ShouldBe(42);
        error.GetProperty("param").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    public async Task An_answer_in_several_pieces_is_whole_at_once_though_the_connection_stays_open(int size)
    {
        var text = await _lockkeeper.AnswerAsync("a", $"size={size}").WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        text.Length.ShouldBe(size);
    }

    [Fact]
    public async Task An_answer_of_50_MB_arrives_whole()
    {
        // Well under any idle timeout: an end that is left in a buffer comes when the connection is closed at last, and looks whole then.
        var text = await _lockkeeper.AnswerAsync("large", $"size={Large}").WaitAsync(TimeSpan.FromSeconds(60));
        text.Length.ShouldBe(Large);
        text.ShouldStartWith("fake large ");
        text.ShouldEndWith("....");
    }

    [Fact]
    public async Task A_request_of_50_MB_arrives_byte_for_byte()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"large","messages":[{"role":"user","content":"{{new string('x', Large)}}"}]}""");
        using var response = await _lockkeeper.SendAsync("/v1/chat/completions", body).WaitAsync(TimeSpan.FromSeconds(60));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var arrived = await LastRequestAsync();
        arrived.GetProperty("body_length").GetInt32().ShouldBe(body.Length);
        arrived.GetProperty("body_sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(body)));
    }

    [Theory]
    [InlineData("""{"model":"a","messages":[]}""")]
    [InlineData("  {\n\t\"messages\" : [ { \"content\" : \"\\u00e9 é 漢字 😀 \\ud83d\\ude00\", \"role\":\"user\"} ] ,\r\n \"temperature\":1.0e0, \"seed\":12345678901234567890, \"model\" :  \"a\" }\n ")]
    [InlineData("""{"nested":{"model":"other","stream":true,"priority":"high"},"tools":[{"model":"x"}],"model":"a","unknown":[1,2,{"a":null}]}""")]
    [InlineData("""{"\u006dodel":"a","messages":[]}""")]
    public async Task A_body_arrives_byte_for_byte(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var response = await _lockkeeper.SendAsync("/v1/chat/completions", bytes);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        (await LastRequestAsync()).GetProperty("body_base64").GetBytesFromBase64().ShouldBe(bytes);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/chat/completions?api-version=2024-06-01&x=%2F%20%C3%A9&x=2&empty")]
    [InlineData("/v1/completions?a=b")]
    [InlineData("/v1/embeddings")]
    public async Task Path_and_query_arrive_as_they_were_written(string target)
    {
        using var response = await _lockkeeper.SendAsync(target, Encoding.UTF8.GetBytes(Client.Body("a")));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await LastRequestAsync()).GetProperty("target").GetString().ShouldBe(target);
    }

    [Theory]
    [InlineData("/v1/chat/completions/")]
    [InlineData("/V1/Chat/Completions")]
    public async Task A_path_that_is_forgiven_here_reaches_the_engine_as_it_should_have_been(string target)
    {
        using var response = await _lockkeeper.SendAsync(target, Encoding.UTF8.GetBytes(Client.Body("a")));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await LastRequestAsync()).GetProperty("target").GetString().ShouldBe("/v1/chat/completions");
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/v1/models")]
    public async Task A_head_request_is_answered_like_a_get_without_the_body(string target)
    {
        using var response = await _lockkeeper.HeadAsync(target);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentLength!.Value.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Keys_and_hop_by_hop_headers_stay_here_and_the_others_arrive()
    {
        using var response = await _lockkeeper.SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes(Client.Body("a")), headers =>
        {
            headers.TryAddWithoutValidation("Authorization", "Bearer secret");
            headers.TryAddWithoutValidation("X-Api-Key", "secret");
            headers.TryAddWithoutValidation("Cookie", "a=secret");
            headers.TryAddWithoutValidation("Connection", "X-Only-Here");
            headers.TryAddWithoutValidation("X-Only-Here", "secret");
            headers.TryAddWithoutValidation("TE", "trailers");
            headers.TryAddWithoutValidation("Keep-Alive", "timeout=5");
            headers.TryAddWithoutValidation("Proxy-Authorization", "Basic secret");
            headers.TryAddWithoutValidation("X-Request-Id", "kept-1");
            headers.TryAddWithoutValidation("User-Agent", "story/1.0");
            headers.TryAddWithoutValidation("Accept-Language", "da, en;q=0.5");
        });
        response.StatusCode.ShouldBe(HttpStatusCode.OK);

        var headers = (await LastRequestAsync()).GetProperty("headers").EnumerateArray().ToLookup(pair => pair[0].GetString()!, pair => pair[1].GetString(), StringComparer.OrdinalIgnoreCase);
        headers["X-Request-Id"].ShouldBe(["kept-1"]);
        headers["User-Agent"].ShouldBe(["story/1.0"]);
        headers["Accept-Language"].ShouldBe(["da, en;q=0.5"]);
        headers["Content-Type"].ShouldBe(["application/json"]);
        foreach (var gone in new[] { "Authorization", "X-Api-Key", "Cookie", "X-Only-Here", "TE", "Keep-Alive", "Proxy-Authorization" })
        {
            headers[gone].ShouldBeEmpty(gone);
        }

        headers.SelectMany(values => values).ShouldNotContain(value => value!.Contains("secret"));
    }

    [Fact]
    public async Task Every_event_of_a_stream_arrives_alone_and_in_order()
    {
        await _lockkeeper.AnswerAsync("a"); // or the wait for it would have begun the stream

        // The last three events are sent at once and may share a read; of those 10 ms apart a busy machine may join a few, or once in a while many. Who gathers them joins them each time.
        var most = 0;
        for (var tries = 0; most <= 24 && tries < 10; tries++)
        {
            most = Math.Max(most, await ReadsOfThirtyEventsAsync());
        }

        most.ShouldBeGreaterThan(24);
    }

    private async Task<int> ReadsOfThirtyEventsAsync()
    {
        using var response = await _lockkeeper.AskAsync("a", "chunks=30 delay=10", stream: true);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        await using var stream = await response.Content.ReadAsStreamAsync();
        var reads = new List<string>();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer) is var read and > 0)
        {
            reads.Add(Encoding.UTF8.GetString(buffer, 0, read));
        }

        var events = string.Concat(reads).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(text => !text.StartsWith(':')).ToArray();
        events.Length.ShouldBe(32, "30 events, the one that finishes, and [DONE]");
        for (var i = 0; i < 30; i++)
        {
            events[i].ShouldContain($"\"t{i} \"");
        }

        events[^1].ShouldBe("data: [DONE]");
        return reads.Count;
    }

    private Task<HttpResponseMessage> AskForRawAsync(string answer) => _lockkeeper.AskAsync("a", Raw(answer));

    private static string Raw(string answer) => $"raw={Convert.ToBase64String(Encoding.Latin1.GetBytes(answer))}";

    private async Task<JsonElement> LastRequestAsync() => (await _lockkeeper.Engines.ShouldHaveSingleItem().RequestsAsync()).EnumerateArray().Last();

    /// <summary>What they ask changes nothing. What is large has an engine of its own: it keeps all requests to show them.</summary>
    public sealed class Router() : SharedRouter(new TestConfig { Models = { ["a"] = "", ["large"] = "" } });
}
