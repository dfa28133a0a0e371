using System.Net;
using System.Net.Sockets;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class UpstreamTests
{
    [Fact]
    public async Task An_idle_connection_is_closed_before_an_engine_would_close_it()
    {
        // uvicorn, cpp-httplib and Node close after 5 seconds; a request sent in that moment would be lost. A busy machine may be late once, but hardly each time.
        var tries = 0;
        while (!await IsClosedWithinAsync(TimeSpan.FromSeconds(4.9)))
        {
            (++tries).ShouldBeLessThan(4);
        }
    }

    private static async Task<bool> IsClosedWithinAsync(TimeSpan time)
    {
        using var engine = new TcpListener(IPAddress.Loopback, 0);
        engine.Start();
        using var upstream = new Upstream(new Uri($"http://{engine.LocalEndpoint}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, upstream.BaseAddress);
        var asking = upstream.Invoker.SendAsync(request, CancellationToken.None);
        using var connection = await engine.AcceptSocketAsync();
        var buffer = new byte[4096];
        (await connection.ReceiveAsync(buffer)).ShouldBeGreaterThan(0);
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        (await asking).Dispose();

        var since = TimeProvider.System.GetTimestamp();
        (await connection.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System)).ShouldBe(0);
        return TimeProvider.System.GetElapsedTime(since) < time;
    }

    [Theory]
    [InlineData("https://api.example.com", "https://api.example.com/v1/chat/completions")]
    [InlineData("https://api.example.com/", "https://api.example.com/v1/chat/completions")]
    [InlineData("https://example.com/api/v1", "https://example.com/api/v1/chat/completions")]
    [InlineData("https://example.com/v1beta/openai/", "https://example.com/v1beta/openai/chat/completions")]
    public void A_path_of_a_cloud_stands_for_v1(string address, string expected)
    {
        using var upstream = new Upstream(new Uri(address), isCloud: true);
        upstream.UriOf("/v1/chat/completions", default).ToString().ShouldBe(expected);
    }

    [Fact]
    public void A_key_is_shown_as_anthropic_does_on_its_routes_and_as_a_bearer_on_all_others()
    {
        using var upstream = new Upstream(new Uri("https://api.example.com"), new Secret("k"), isCloud: true);
        using var messages = new HttpRequestMessage(HttpMethod.Post, upstream.UriOf("/v1/messages", default));
        using var chat = new HttpRequestMessage(HttpMethod.Post, upstream.UriOf("/v1/chat/completions", default));
        upstream.Authorize(messages);
        upstream.Authorize(chat);
        messages.Headers.GetValues("x-api-key").ShouldBe(["k"]);
        messages.Headers.Authorization.ShouldBeNull();
        chat.Headers.Authorization!.ToString().ShouldBe("Bearer k");
    }
}
