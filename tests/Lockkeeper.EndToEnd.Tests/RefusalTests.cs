using System.Net;
using System.Net.Sockets;
using System.Text;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What is asked for in vain is refused in the shape that SDKs read, whatever it is.</summary>
public sealed class RefusalTests(RefusalTests.Router router) : IClassFixture<RefusalTests.Router>
{
    private readonly LockkeeperProcess _lockkeeper = router.Lockkeeper;

    [Fact]
    public async Task A_route_that_is_not_there_is_refused_in_words_also_when_it_looks_like_a_file()
    {
        foreach (var path in new[] { "/v1", "/v1/nothing", "/v1/model/qwen2.5", "/favicon.ico" })
        {
            using var response = await _lockkeeper.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            var error = await response.ErrorAsync();
            error.Code.ShouldBe("unknown_route", path);
            error.Message.ShouldContain($"GET {path}");
        }
    }

    [Fact]
    public async Task A_method_that_a_route_does_not_take_is_405_and_names_those_it_takes()
    {
        foreach (var path in new[] { "/v1/chat/completions", "/admin/drain", "/admin/swap", "/admin/models/org/name/load" })
        {
            using var response = await _lockkeeper.GetAsync(path);
            response.Content.Headers.Allow.ShouldBe(["POST"], path);
            (await response.ErrorAsync()).ShouldSatisfyAllConditions(
                error => (error.Status, error.Code).ShouldBe((405, "method_not_allowed"), path),
                error => error.Message.ShouldContain($"{path} does not take GET, but POST."));
        }

        using var queue = await _lockkeeper.PostAsync("/admin/queue");
        (queue.StatusCode, queue.Content.Headers.Allow.Single()).ShouldBe((HttpStatusCode.MethodNotAllowed, "GET"));
        using var health = await _lockkeeper.DeleteAsync("/health");
        (health.StatusCode, string.Join(" ", health.Content.Headers.Allow.Order())).ShouldBe((HttpStatusCode.MethodNotAllowed, "GET HEAD"));
        health.Header("X-Lockkeeper-Request-Id").Length.ShouldBe(16);
    }

    [Fact]
    public async Task A_body_that_breaks_http_is_the_clients_doing_on_every_route()
    {
        foreach (var path in new[] { "/v1/chat/completions", "/admin/models/a/load", "/admin/swap", "/admin/drain" })
        {
            var answer = await RawAsync(_lockkeeper, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n\r\n");
            answer.ShouldStartWith("HTTP/1.1 400 ", Case.Sensitive, path);
            answer.ShouldContain("\"code\":\"broken_request\"", Case.Sensitive, path);
            answer.ShouldContain("X-Lockkeeper-Request-Id: ", Case.Sensitive, path);
        }

        _lockkeeper.Said.ShouldNotContain("fail:", Case.Sensitive);
    }

    [Fact]
    public async Task A_wish_that_is_too_long_is_told_its_own_limit()
    {
        using var response = await _lockkeeper.PostAsync("/admin/models/a/pin", new string(' ', 65 * 1024));
        (await response.ErrorAsync()).ShouldSatisfyAllConditions(
            error => (error.Status, error.Code).ShouldBe((413, "body_too_large")),
            error => error.Message.ShouldContain("65536 bytes"),
            error => error.Message.ShouldNotContain("max_body"));
    }

    private static async Task<string> RawAsync(LockkeeperProcess lockkeeper, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(lockkeeper.BaseAddress.Host, lockkeeper.BaseAddress.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System);
    }

    public sealed class Router() : SharedRouter(new TestConfig { Models = { ["a"] = "" } });
}
