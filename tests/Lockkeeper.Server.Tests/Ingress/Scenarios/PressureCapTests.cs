using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Memory;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Server.Tests.Engines;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress.Scenarios;

/// <summary>A real server and a real fake engine, on a machine whose pressure the test decides.</summary>
public sealed class PressureCapTests : IAsyncLifetime
{
    private const string Header = "X-Lockkeeper-Max-Tokens";

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler());
    private PressureLevel _level = PressureLevel.Critical;
    private WebApplication _web = null!;
    private Instances _instances = null!;
    private Admission _admission = null!;

    public async ValueTask InitializeAsync()
    {
        var model = Yard.Model("--fault", "echo") with { MaxTokensUnderPressure = ImmutableDictionary<PressureLevel, int>.Empty.Add(PressureLevel.High, 64) };
        var catalog = ModelCatalog.Of([model]);
        var mailbox = new AdmissionMailbox();
        _instances = new Instances(mailbox, new UnknownMemoryReader(), _ => TimeSpan.FromSeconds(5), TimeProvider.System, NullLoggerFactory.Instance);
        _admission = new Admission(catalog, SchedulerSetup.Of(catalog, new LockkeeperConfig(), total: null, FrozenDictionary<ModelId, ModelFigures>.Empty), mailbox, _instances, TimeProvider.System, NullLogger<Admission>.Instance);

        _web = Loopback.Build();
        var options = new IngressOptions(1024 * 1024, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), _ => _level);
        new Endpoints(new LiveCatalog(catalog), _admission, () => options, new Journal(TimeProvider.System), NullLogger<Endpoints>.Instance)
        {
            Prepare = Preparing.With(_instances),
            Forward = new Forward(_admission, _instances, TimeProvider.System, NullLogger<Forward>.Instance),
        }.Map(_web);
        await _web.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _web.DisposeAsync();
        await _instances.DisposeAsync();
        _admission.Dispose();
    }

    [Fact]
    public async Task The_client_is_told_what_the_engine_was_asked_for()
    {
        await Sent("/v1/chat/completions", """{ "model":"fake","max_tokens":9000 }""", """{ "model":"fake","max_tokens":64 }""", told: "64");
        await Sent("/v1/completions", """{"model":"fake"}""", """{"model":"fake","max_tokens":64}""", told: "64");

        // What asks for no more, has no length, or comes at another time stays as it is.
        await Sent("/v1/chat/completions", """{"max_tokens":64, "model":"fake"}""", """{"max_tokens":64, "model":"fake"}""", told: null);
        await Sent("/v1/embeddings", """{"model":"fake","input":"a"}""", """{"model":"fake","input":"a"}""", told: null);
        _level = PressureLevel.Moderate;
        await Sent("/v1/chat/completions", """{"model":"fake","max_tokens":9000}""", """{"model":"fake","max_tokens":9000}""", told: null);
    }

    private async Task Sent(string route, string body, string expected, string? told)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(_web.Urls.First()), route)) { Content = new StringContent(body) };
        using var answer = await _client.SendAsync(request, CancellationToken.None);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Encoding.UTF8.GetString(json.RootElement.GetProperty("request").GetProperty("body_base64").GetBytesFromBase64()).ShouldBe(expected);
        (answer.Headers.TryGetValues(Header, out var values) ? string.Join(',', values) : null).ShouldBe(told);
    }
}
