using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Server.Tests.Scheduling;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress.Scenarios;

/// <summary>What a fault of Lockkeeper's own looks like from outside, and in its log.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler());
    private readonly Journal _journal = new(TimeProvider.System);
    private readonly Notes _notes = new();
    private readonly AdmissionFixture _fixture = new();
    private WebApplication _web = null!;

    public async ValueTask InitializeAsync()
    {
        _web = Loopback.Build();
        _web.UseRequestIds(new RequestIds(TimeProvider.System));
        _web.Use(new LastResort(_notes).PassAsync);
        _web.MapGet("/broken", new Func<string>(() => throw new InvalidOperationException("a bug outside the request path")));
        _web.MapGet("/left", async http =>
        {
            http.Abort();
            await Eventually.True(() => http.RequestAborted.IsCancellationRequested, "the server knows");
            http.RequestAborted.ThrowIfCancellationRequested();
        });

        // The pressure is asked for by a model that has caps, and nobody can say how high it is.
        var model = new ModelSpec
        {
            Id = new ModelId("a"),
            Engine = new EngineSpec { Name = "e", Command = ["e", "{port}"] },
            MaxTokensUnderPressure = ImmutableDictionary<PressureLevel, int>.Empty.Add(PressureLevel.High, 64),
        };
        var options = new IngressOptions(1024, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), _ => throw new InvalidOperationException("a bug in the request path"));
        new Endpoints(new LiveCatalog(ModelCatalog.Of([model])), _fixture.Admission, () => options, _journal, NullLogger<Endpoints>.Instance)
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
        _fixture.Dispose();
    }

    [Fact]
    public async Task A_fault_in_the_request_path_is_500_in_the_clients_shape_and_blamed_on_the_router()
    {
        using var answer = await SendAsync(HttpMethod.Post, "/v1/chat/completions", """{"model":"a"}""");
        var id = await InternalErrorAsync(answer);
        var entry = _journal.Find(id).ShouldNotBeNull();
        (entry.Outcome, entry.Blame, entry.ErrorCode, entry.Status).ShouldBe((RequestOutcome.Failed, Blame.Router, "internal_error", 500));
        _notes.Latest.ShouldContain(id);
        _notes.Latest.ShouldContain("a bug in the request path");
        _notes.Latest.ShouldContain("   at ", Case.Sensitive, "its stack");
    }

    [Fact]
    public async Task A_fault_elsewhere_is_500_in_the_same_shape()
    {
        using var answer = await SendAsync(HttpMethod.Get, "/broken");
        _notes.Latest.ShouldContain(await InternalErrorAsync(answer));
        _notes.Latest.ShouldContain("a bug outside the request path");
    }

    [Fact]
    public async Task A_client_that_has_left_is_no_fault()
    {
        await Should.ThrowAsync<HttpRequestException>(() => SendAsync(HttpMethod.Get, "/left"));
        using var after = await SendAsync(HttpMethod.Get, "/broken");
        _notes.All.ShouldHaveSingleItem().ShouldContain("a bug outside");
    }

    private static async Task<string> InternalErrorAsync(HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var id = answer.Headers.GetValues("X-Lockkeeper-Request-Id").Single();
        var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("internal_error");
        error.GetProperty("type").GetString().ShouldBe("server_error");
        error.GetProperty("message").GetString()!.ShouldContain(id);
        error.GetProperty("message").GetString()!.ShouldNotContain("a bug", Case.Sensitive, "what went wrong inside is for the log");
        return id;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(_web.Urls.First()), path)) { Content = body is null ? null : new StringContent(body) };
        return await _client.SendAsync(request, CancellationToken.None);
    }

    private sealed class Notes : ILogger<LastResort>
    {
        private readonly ConcurrentQueue<string> _all = new();

        public IReadOnlyList<string> All => [.. _all];

        public string Latest => All[^1];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                _all.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }
    }
}
