using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Tests.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Scenarios;

/// <summary>Requests that take longer than one may, on the real server with a fake engine.</summary>
public sealed class MaxDurationTests : IAsyncLifetime
{
    private static readonly HttpClient Http = new();

    private readonly CancellationTokenSource _stop = new();
    private readonly Greeting _greeting = new();
    private Task<int> _running = null!;
    private Uri _address = null!;

    public async ValueTask InitializeAsync()
    {
        _running = LockkeeperApp.RunAsync(
            new ServeSettings
            {
                Config = new LockkeeperConfig { Server = new ServerConfig { Listen = "http://127.0.0.1:0" } },
                Catalog = ModelCatalog.Of([Yard.Model() with { MaxDuration = TimeSpan.FromSeconds(2) }]),
                Out = _greeting,
                Error = TextWriter.Null,
            },
            _stop.Token);
        await Task.WhenAny(_greeting.Said, _running).WaitAsync(TimeSpan.FromSeconds(60));
        _address = new Uri(_greeting.ToString().Split('\n')[0]["Serving on ".Length..]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        (await _running).ShouldBe(0);
        _stop.Dispose();
        await _greeting.DisposeAsync();
    }

    [Fact]
    public async Task One_that_is_silent_for_too_long_is_a_504()
    {
        using var answer = await AskAsync("hang", stream: false);
        ((int)answer.StatusCode).ShouldBe(504);
        var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("max_duration");
        error.GetProperty("message").GetString()!.ShouldContain("2 s");
    }

    [Fact]
    public async Task A_stream_that_goes_on_for_too_long_ends_in_an_error_and_the_next_request_is_served()
    {
        using var answer = await AskAsync("chunks=10000 delay=10", stream: true);
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldContain("\"code\":\"max_duration\"");
        text.ShouldEndWith("data: [DONE]\n\n");

        using var next = await AskAsync("", stream: false);
        ((int)next.StatusCode).ShouldBe(200);
    }

    /// <summary>Is read only when it has all been written.</summary>
    private sealed class Greeting : StringWriter
    {
        private readonly TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Said => _said.Task;

        public override Task FlushAsync()
        {
            _said.TrySetResult();
            return Task.CompletedTask;
        }
    }

    private async Task<HttpResponseMessage> AskAsync(string fault, bool stream)
    {
        var body = $$"""{"model":"fake","messages":[],"user":"fake: {{fault}}"{{(stream ? ",\"stream\":true" : "")}}}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "/v1/chat/completions")) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await Http.SendAsync(request);
    }
}
