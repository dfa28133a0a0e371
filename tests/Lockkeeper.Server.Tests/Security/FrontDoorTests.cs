using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Security;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Security;

/// <summary>The door on a real server, with a room behind it that says who came in.</summary>
public sealed class FrontDoorTests : IAsyncLifetime
{
    private static readonly HttpMessageInvoker Client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualTime _time = new();
    private WebApplication? _web;
    private int _inside;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        _open.TrySetResult();
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_keys_everything_is_open_to_this_machine()
    {
        await OpenAsync(new ServerConfig());
        foreach (var path in new[] { "/v1/who", "/admin/who", "/metrics", "/health" })
        {
            (await GetAsync(path, ("Authorization", "Bearer sk-no-key-required"))).Status.ShouldBe(200, path);
        }
    }

    [Theory]
    [InlineData("evil.example.org", "host_not_allowed", "server.allowed_hosts")]
    [InlineData("evil.example.org:5590", "host_not_allowed", "server.allowed_hosts")]
    public async Task A_request_for_another_host_is_refused_on_every_route(string host, string code, string fix)
    {
        await OpenAsync(new ServerConfig());
        foreach (var path in new[] { "/v1/who", "/admin/who", "/health", "/nowhere" })
        {
            var answer = await GetAsync(path, ("Host", host));
            (answer.Status, answer.Code).ShouldBe((403, code), path);
            answer.Message.ShouldContain($"'{host}'");
            answer.Message.ShouldContain(fix);
        }

        _inside.ShouldBe(0);
    }

    [Fact]
    public async Task A_page_of_elsewhere_is_refused_and_told_nothing()
    {
        await OpenAsync(new ServerConfig());
        var answer = await PostAsync("/v1/who", ("Origin", "https://evil.example.org"));
        (answer.Status, answer.Code).ShouldBe((403, "origin_not_allowed"));
        answer.Message.ShouldContain("server.cors");
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        (await SendAsync(HttpMethod.Options, "/v1/who", ("Origin", "https://evil.example.org"), ("Access-Control-Request-Method", "POST"))).Status.ShouldBe(403);
        (await PostAsync("/v1/who", ("Origin", "null"))).Status.ShouldBe(403);
        _inside.ShouldBe(0);
    }

    [Fact]
    public async Task A_page_that_is_listed_may_ask_and_read_the_answer_and_errors_too()
    {
        await OpenAsync(new ServerConfig { Cors = ["https://chat.example.org"] }, Key("laptop"));
        var preflight = await SendAsync(HttpMethod.Options, "/v1/who",
            ("Origin", "https://chat.example.org"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,content-type"), ("Access-Control-Request-Private-Network", "true"));
        preflight.Status.ShouldBe(204);
        preflight.Header("Access-Control-Allow-Origin").ShouldBe("https://chat.example.org");
        preflight.Header("Access-Control-Allow-Methods").ShouldBe("GET, HEAD, POST, DELETE");
        preflight.Header("Access-Control-Allow-Headers").ShouldBe("authorization,content-type");
        preflight.Header("Access-Control-Allow-Private-Network").ShouldBe("true");
        preflight.Header("Vary").ShouldBe("Origin");
        _inside.ShouldBe(0);

        var served = await PostAsync("/v1/who", ("Origin", "https://chat.example.org"), ("Authorization", "Bearer laptop-secret"));
        (served.Status, served.Header("Access-Control-Allow-Origin"), served.Header("Vary")).ShouldBe((200, "https://chat.example.org", "Origin"));
        var refused = await PostAsync("/v1/who", ("Origin", "https://chat.example.org"));
        (refused.Status, refused.Header("Access-Control-Allow-Origin")).ShouldBe((401, "https://chat.example.org"));
    }

    [Fact]
    public async Task A_page_of_this_server_needs_no_leave()
    {
        await OpenAsync(new ServerConfig());
        var answer = await PostAsync("/v1/who", ("Origin", _web!.Urls.First()));
        (answer.Status, answer.Headers.Contains("Access-Control-Allow-Origin")).ShouldBe((200, false));
    }

    [Fact]
    public async Task With_keys_a_request_needs_one_but_for_its_health()
    {
        await OpenAsync(new ServerConfig(), Key("laptop"));
        (await GetAsync("/health")).Status.ShouldBe(200);
        foreach (var path in new[] { "/v1/who", "/admin/who", "/nowhere" })
        {
            var answer = await GetAsync(path);
            (answer.Status, answer.Code, answer.Header("WWW-Authenticate")).ShouldBe((401, "invalid_api_key", "Bearer"), path);
        }

        (await GetAsync("/v1/who", ("x-api-key", "other"))).Status.ShouldBe(401);
        (await GetAsync("/v1/who", ("x-api-key", "laptop-secret"))).Body.ShouldBe("laptop");
    }

    [Fact]
    public async Task A_key_without_the_scope_is_told_which_it_lacks()
    {
        await OpenAsync(new ServerConfig(), Key("laptop"), Key("watch", new() { Name = "", Key = default, Scopes = [Scope.Metrics] }));
        var answer = await GetAsync("/admin/who", ("x-api-key", "laptop-secret"));
        (answer.Status, answer.Code).ShouldBe((403, "scope_missing"));
        answer.Message.ShouldBe("The API key 'laptop' lacks the scope 'admin', which this route needs (server.api_keys, scopes).");
        (await GetAsync("/metrics", ("x-api-key", "watch-secret"))).Status.ShouldBe(200);
        (await GetAsync("/v1/who", ("x-api-key", "watch-secret"))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Models_are_listed_as_far_as_the_key_may_use_them()
    {
        await OpenAsync(new ServerConfig(), Key("all"), Key("one", new() { Name = "", Key = default, Models = ["second"] }));
        Ids(await GetAsync("/v1/models", ("x-api-key", "all-secret"))).ShouldBe(["a", "b"]);
        Ids(await GetAsync("/v1/models", ("x-api-key", "one-secret"))).ShouldBe(["b"]);

        static IEnumerable<string?> Ids(Answer answer) => JsonElement.Parse(answer.Body).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_key_has_as_many_requests_at_once_as_it_may_and_its_place_back_when_one_ends_however()
    {
        await OpenAsync(new ServerConfig(), Key("batch", new() { Name = "", Key = default, MaxConcurrent = 2 }), Key("laptop"));
        using var leaving = new CancellationTokenSource();
        var first = PostAsync("/v1/wait", ("x-api-key", "batch-secret"));
        var second = SendAsync(HttpMethod.Post, "/v1/wait", leaving.Token, ("x-api-key", "batch-secret"));
        await Eventually.True(() => Volatile.Read(ref _inside) == 2, "both requests are inside");

        var third = await PostAsync("/v1/who", ("x-api-key", "batch-secret"));
        (third.Status, third.Code, third.Header("Retry-After"), third.Type).ShouldBe((429, "rate_limit_exceeded", "1", "rate_limit_error"));
        (await PostAsync("/v1/who", ("x-api-key", "laptop-secret"))).Status.ShouldBe(200, "another key has limits of its own");
        (await GetAsync("/v1/who", ("x-api-key", "batch-secret"))).Status.ShouldBe(200, "what is no inference does not count");

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        await Eventually.True(async () => (await PostAsync("/v1/who", ("x-api-key", "batch-secret"))).Status == 200, "the place of the one that left is free");
        (await PostAsync("/v1/fail", ("x-api-key", "batch-secret"))).Status.ShouldBe(500);
        (await PostAsync("/v1/who", ("x-api-key", "batch-secret"))).Status.ShouldBe(200, "the place of the one that failed is free");

        _open.SetResult();
        (await first).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_key_has_as_many_requests_a_minute_as_it_may()
    {
        await OpenAsync(new ServerConfig(), Key("batch", new() { Name = "", Key = default, RequestsPerMinute = 2 }));
        (await PostAsync("/v1/who", ("x-api-key", "batch-secret"))).Status.ShouldBe(200);
        (await PostAsync("/v1/who", ("x-api-key", "batch-secret"))).Status.ShouldBe(200);
        _time.Advance(TimeSpan.FromSeconds(18.5));
        var third = await PostAsync("/v1/who", ("x-api-key", "batch-secret"));
        (third.Status, third.Code, third.Header("Retry-After")).ShouldBe((429, "rate_limit_exceeded", "42"));
        _time.Advance(TimeSpan.FromSeconds(42));
        (await PostAsync("/v1/who", ("x-api-key", "batch-secret"))).Status.ShouldBe(200);
    }

    [Fact]
    public void Without_keys_it_costs_a_request_no_allocation()
    {
        var door = new FrontDoor(new ServerConfig(), new KeyRing([], allowAnonymous: false, ModelCatalog.Of([]), _time), NullLogger<FrontDoor>.Instance);
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Loopback;
        http.Request.Method = "POST";
        http.Request.Path = "/v1/chat/completions";
        http.Request.Headers.Host = "127.0.0.1:5590";
        var passed = 0;
        RequestDelegate next = _ =>
        {
            passed++;
            return Task.CompletedTask;
        };
        door.PassAsync(http, next).IsCompletedSuccessfully.ShouldBeTrue(); // the first one makes what is kept for all

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _ = door.PassAsync(http, next);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000, "bytes for 1000 requests");
        passed.ShouldBe(1001);
    }

    private static ApiKey Key(string name, ApiKeyConfig? given = null) =>
        new((given ?? new ApiKeyConfig { Name = "", Key = default }) with { Name = name }, SHA256.HashData(Encoding.ASCII.GetBytes($"{name}-secret")));

    private async Task OpenAsync(ServerConfig server, params ApiKey[] keys)
    {
        _web = Loopback.Build();
        var engine = new EngineSpec { Name = "e", Command = ["none"] };
        var catalog = ModelCatalog.Of([new ModelSpec { Id = new ModelId("a"), Engine = engine }, new ModelSpec { Id = new ModelId("b"), Aliases = ["second"], Engine = engine }]);
        _web.Use(new FrontDoor(server, new KeyRing(keys, server.AllowAnonymous, catalog, _time), NullLogger<FrontDoor>.Instance).PassAsync);
        _web.MapHealth();
        var nothing = new Standing(SchedulerSnapshot.Empty, new Dictionary<InstanceId, RunSnapshot>(), new Dictionary<long, JournalEntry>(), new Dictionary<ModelId, LearnedModel>(), default);
        _web.MapModels(new LiveCatalog(catalog), () => Task.FromResult(nothing), default);
        _web.Map("/v1/fail", (RequestDelegate)(_ => throw new InvalidOperationException("on purpose")));
        _web.Map("/v1/wait", async http =>
        {
            Interlocked.Increment(ref _inside);
            await _open.Task.WaitAsync(http.RequestAborted);
        });
        foreach (var path in new[] { "/v1/who", "/admin/who", "/metrics" })
        {
            _web.Map(path, async http =>
            {
                Interlocked.Increment(ref _inside);
                await http.Response.WriteAsync(Caller.Of(http).Key);
            });
        }

        await _web.StartAsync();
    }

    private Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    private Task<Answer> PostAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, headers);

    private Task<Answer> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers) => SendAsync(method, path, CancellationToken.None, headers);

    private async Task<Answer> SendAsync(HttpMethod method, string path, CancellationToken leave, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(_web!.Urls.First()), path));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using var response = await Client.SendAsync(request, leave);
        var body = await response.Content.ReadAsStringAsync(leave);
        var isError = (int)response.StatusCode is >= 400 and < 500;
        return new Answer((int)response.StatusCode, response.Headers, body, isError ? JsonElement.Parse(body).GetProperty("error") : null);
    }

    private sealed record Answer(int Status, HttpResponseHeaders Headers, string Body, JsonElement? Error)
    {
        public string? Code => Error?.GetProperty("code").GetString();

        public string? Type => Error?.GetProperty("type").GetString();

        public string Message => Error!.Value.GetProperty("message").GetString()!;

        public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
    }
}
