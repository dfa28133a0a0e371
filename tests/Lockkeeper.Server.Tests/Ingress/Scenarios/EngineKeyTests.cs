using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Server.Tests.Scheduling;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress.Scenarios;

/// <summary>The key an engine wants of us is what it is shown, and no other.</summary>
public sealed class EngineKeyTests : IAsyncLifetime
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler());
    private readonly AdmissionFixture _fixture = new();
    private Daemon _cloud = null!;
    private WebApplication _web = null!;

    public async ValueTask InitializeAsync()
    {
        _cloud = await Daemon.StartAsync("--fault echo");
        _web = Loopback.Build();
        _web.UseRequestIds(new RequestIds(TimeProvider.System));
        var options = new IngressOptions(1024, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), _ => PressureLevel.Normal);
        var models = ModelCatalog.Of([Model("plain", [EngineDialect.Openai]), Model("anthropic", [EngineDialect.Anthropic])]);
        new Endpoints(new LiveCatalog(models), _fixture.Admission, () => options, new Journal(TimeProvider.System), NullLogger<Endpoints>.Instance)
        {
            Prepare = Preparing.With(_fixture.Host),
            Forward = new Forward(_fixture.Admission, _fixture.Host, TimeProvider.System, NullLogger<Forward>.Instance),
        }.Map(_web);
        await _web.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _web.DisposeAsync();
        await _cloud.DisposeAsync();
        _fixture.Dispose();
    }

    [Theory]
    [InlineData("plain", "Authorization", "Bearer of-ours")]
    [InlineData("anthropic", "x-api-key", "of-ours")]
    public async Task It_is_sent_as_the_dialect_wants_it_and_the_clients_stays_here(string model, string name, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(_web.Urls.First()), model == "plain" ? "/v1/chat/completions" : "/upstream/anthropic/v1/chat/completions")) { Content = new StringContent($$"""{"model":"{{model}}"}""") };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer of-the-client");
        request.Headers.TryAddWithoutValidation("x-api-key", "of-the-client");
        using var answer = await _client.SendAsync(request, CancellationToken.None);
        var said = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(said);
        var headers = JsonElement.Parse(said).GetProperty("request").GetProperty("headers").EnumerateArray().Select(header => (header[0].GetString(), header[1].GetString())).ToList();
        headers.ShouldContain((name, value));
        headers.ShouldAllBe(header => !header.Item2!.Contains("client", StringComparison.Ordinal));
        headers.Count(header => header.Item2!.Contains("of-ours", StringComparison.Ordinal)).ShouldBe(1);
    }

    private ModelSpec Model(string id, EngineDialect[] dialects) => new()
    {
        Id = new ModelId(id),
        Engine = new EngineSpec { Name = id, Lifecycle = Lifecycle.Cloud, Url = new Uri(_cloud.Url), ApiKey = new Secret("of-ours"), Command = [], Dialects = [.. dialects] },
    };
}
