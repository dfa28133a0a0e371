using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.LlamaCpp.Tests;

/// <summary>The engine as its clients see it, on a free port, in this process.</summary>
internal sealed class RunningEngine : IAsyncDisposable
{
    private RunningEngine(EngineServer server)
    {
        Server = server;
        Client = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public EngineServer Server { get; }

    public HttpClient Client { get; }

    public static async Task<RunningEngine> StartAsync(EngineOptions options)
    {
        var server = await EngineServer.StartAsync(options, TimeProvider.System, logging => logging.SetMinimumLevel(LogLevel.None), CancellationToken.None);
        return new RunningEngine(server);
    }

    public static async Task<RunningEngine> ReadyAsync(string model, int? contextSize = null)
    {
        var engine = await StartAsync(new EngineOptions { ModelPath = model, Port = 0, ContextSize = contextSize });
        await engine.Server.Decoder.Loaded;
        return engine;
    }

    public Task<HttpResponseMessage> PostAsync(string json, string path = "/v1/chat/completions", CancellationToken cancellation = default) => Client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") },
        HttpCompletionOption.ResponseHeadersRead,
        cancellation);

    /// <summary>The body of a whole answer, which must be a success.</summary>
    public async Task<JsonElement> AskAsync(object request, string path = "/v1/chat/completions")
    {
        using var response = await PostAsync(JsonSerializer.Serialize(request), path);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The error of an answer, which must be a 400.</summary>
    public Task<JsonElement> RefusedAsync(object request, string path = "/v1/chat/completions") => BodyRefusedAsync(JsonSerializer.Serialize(request), path);

    /// <summary>The same for a body as it is: not every mistake can be serialised.</summary>
    public async Task<JsonElement> BodyRefusedAsync(string body, string path)
    {
        using var response = await PostAsync(body, path);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("error");
    }

    /// <summary>The data of each event of a stream, <c>[DONE]</c> included.</summary>
    public async Task<List<string>> StreamAsync(object request, string path = "/v1/chat/completions")
    {
        using var response = await PostAsync(JsonSerializer.Serialize(request), path);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        text.ShouldEndWith("\n\n");
        var events = text[..^2].Split("\n\n");
        events.ShouldAllBe(one => one.StartsWith("data: ", StringComparison.Ordinal));
        return [.. events.Select(one => one["data: ".Length..])];
    }

    /// <summary>The texts of a stream's deltas, one for each chunk that has any.</summary>
    public async Task<List<string>> DeltasAsync(object request) =>
        [.. (await StreamAsync(request)).Where(data => data != "[DONE]").Select(Delta).OfType<string>().Where(text => text.Length > 0)];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    private static string? Delta(string chunk)
    {
        var choices = JsonDocument.Parse(chunk).RootElement.GetProperty("choices");
        return choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : null;
    }
}
