using System.Net;
using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class RoutesTests(DemoEngine demo)
{
    private readonly HttpClient _client = demo.Engine.Client;

    [Fact]
    public async Task Health_says_ok() => (await _client.GetStringAsync("/health")).ShouldBe("""{"status":"ok"}""");

    [Fact]
    public async Task Models_lists_the_one_with_its_context()
    {
        var list = JsonDocument.Parse(await _client.GetStringAsync("/v1/models")).RootElement;
        list.GetProperty("object").GetString().ShouldBe("list");
        var model = list.GetProperty("data").EnumerateArray().Single();
        model.GetProperty("id").GetString().ShouldBe("demo-guide");
        model.GetProperty("object").GetString().ShouldBe("model");
        model.GetProperty("meta").GetProperty("n_ctx").GetInt32().ShouldBe(2048);
        model.GetProperty("meta").GetProperty("n_params").GetInt32().ShouldBe(1_066_112);
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", HttpStatusCode.MethodNotAllowed, "method_not_allowed", "POST")]
    [InlineData("POST", "/health", HttpStatusCode.MethodNotAllowed, "method_not_allowed", "GET")]
    [InlineData("GET", "/tokenize", HttpStatusCode.MethodNotAllowed, "method_not_allowed", "POST")]
    [InlineData("POST", "/v1/rerank", HttpStatusCode.NotFound, "unknown_route", null)]
    [InlineData("GET", "/", HttpStatusCode.NotFound, "unknown_route", null)]
    public async Task Anything_else_is_refused_in_words(string method, string path, HttpStatusCode status, string code, string? allow)
    {
        using var response = await _client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.Allow.ShouldBe(allow is null ? [] : [allow]);
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("code").GetString().ShouldBe(code);
    }
}
