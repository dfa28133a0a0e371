using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What clients of each dialect are told, in its words, of what an engine of OpenAI's answers, or of what is wrong with their requests.</summary>
public sealed class TranslationTests(TranslationTests.Router router) : IClassFixture<TranslationTests.Router>
{
    public static TheoryData<string> OtherDialects => ["/v1/responses", "/v1/messages", "/api/chat"];

    [Theory]
    [MemberData(nameof(OtherDialects))]
    public async Task When_an_engine_says_when_to_try_again_its_client_hears_of_it(string path)
    {
        using var busy = await AskAsync(path, "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 17\r\nContent-Length: 20\r\n\r\n{\"error\":\"too many\"}");
        busy.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        busy.Header("Retry-After").ShouldBe("17");
        (await busy.Content.ReadAsStringAsync()).ShouldContain("too many");

        using var silent = await AskAsync(path, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}");
        silent.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        silent.Headers.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task A_date_to_try_again_at_is_told_in_seconds()
    {
        var date = DateTimeOffset.UtcNow.AddMinutes(10);
        using var busy = await AskAsync("/v1/messages", $"HTTP/1.1 503 Service Unavailable\r\nRetry-After: {date:R}\r\nContent-Length: 2\r\n\r\n{{}}");
        busy.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(10));
    }

    [Theory]
    [MemberData(nameof(OtherDialects))]
    public async Task An_empty_answer_is_called_one(string path)
    {
        foreach (var stream in (bool[])[false, true])
        {
            using var nothing = await AskAsync(path, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n", stream);
            nothing.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
            var said = await nothing.Content.ReadAsStringAsync();
            said.ShouldContain("engine_failed");
            said.ShouldContain("its answer is empty (200 application/json)");

            using var silent = await AskAsync(path, "HTTP/1.1 204 No Content\r\n\r\n", stream);
            silent.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
            (await silent.Content.ReadAsStringAsync()).ShouldContain("its answer is empty (204 without a content type)");

            using var blank = await AskAsync(path, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nContent-Length: 3\r\n\r\n \n\n", stream);
            (await blank.Content.ReadAsStringAsync()).ShouldContain("its answer is empty (200 text/event-stream)");
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions", "invalid_request_error")]
    [InlineData("/v1/responses", "invalid_request_error")]
    [InlineData("/v1/messages", "invalid_request_error")]
    [InlineData("/api/chat", "invalid_value")]
    public async Task A_form_of_streams_that_there_is_not_is_refused_in_the_clients_own_words(string path, string word)
    {
        using var refused = await AskAsync($"{path}?streaming_format=xml", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", stream: true);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var said = await refused.Content.ReadAsStringAsync();
        said.ShouldContain(word);
        said.ShouldContain("'sse', 'json_lines' or 'json_array', not 'xml'");
    }

    [Theory]
    [InlineData("/v1/messages", "messages[0].content[1]", """{"model":"a","max_tokens":9,"system":"s","messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]}""")]
    [InlineData("/v1/messages", "messages[2].content[0].content[0]", """{"model":"a","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]}]}""")]
    [InlineData("/v1/messages", "messages[0].content[0]", """{"model":"a","max_tokens":9,"system":"s","messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"aGVsbG8="}}]}]}""")]
    [InlineData("/v1/responses", "input[1].content[1]", """{"model":"a","instructions":"s","input":[{"role":"user","content":"y"},{"role":"user","content":[{"type":"input_text","text":"x"},{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="}]}]}""")]
    [InlineData("/v1/responses", "input[0].content[0]", """{"model":"a","instructions":"s","input":[{"role":"user","content":[{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,aGVsbG8="}]}]}""")]
    [InlineData("/api/chat", "messages[1].images[0]", """{"model":"a","messages":[{"role":"system","content":"s"},{"role":"user","content":"x","images":["iVBORw0KGgoAAA=="]}]}""")]
    [InlineData("/api/generate", "images[0]", """{"model":"a","system":"s","prompt":"x","images":["iVBORw0KGgoAAA=="]}""")]
    [InlineData("/v1/chat/completions", "messages[1].content[0]", """{"model":"a","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}""")]
    public async Task An_image_at_fault_is_named_by_its_place_in_what_the_client_wrote(string path, string place, string body)
    {
        using var refused = await router.Lockkeeper.PostAsync(path, body);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain($"'{place}' ");
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messages")]
    [InlineData("/api/chat")]
    public async Task A_body_that_is_compressed_is_called_that(string path)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Client.Body("a")));
        }

        using var refused = await SendAsync(path, packed.ToArray(), "gzip");
        refused.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        var said = await refused.Content.ReadAsStringAsync();
        said.ShouldContain("body_compressed");
        said.ShouldContain("'gzip'");
    }

    [Fact]
    public async Task What_is_plain_is_taken_whatever_its_header_says()
    {
        using var answer = await SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes(Client.Body("a")), "utf-8");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, byte[] body, string encoding)
    {
        using var http = new HttpClient { BaseAddress = router.Lockkeeper.BaseAddress };
        using var content = new ByteArrayContent(body);
        content.Headers.Add("Content-Type", "application/json");
        content.Headers.Add("Content-Encoding", encoding);
        return await http.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    private Task<HttpResponseMessage> AskAsync(string path, string answer, bool stream = false)
    {
        var question = $"fake: raw={Convert.ToBase64String(Encoding.UTF8.GetBytes(answer))}";
        var body = path.StartsWith("/v1/responses", StringComparison.Ordinal)
            ? JsonSerializer.Serialize(new { model = "a", stream, input = question })
            : JsonSerializer.Serialize(new { model = "a", stream, max_tokens = 10, messages = (object[])[new { role = "user", content = question }] });
        return router.Lockkeeper.PostAsync(path, body);
    }

    /// <summary>One for all of them: its engine does what each asks of it.</summary>
    public sealed class Router : IAsyncLifetime
    {
        internal LockkeeperProcess Lockkeeper { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });

        public ValueTask DisposeAsync() => Lockkeeper.DisposeAsync();
    }
}
