using System.Net;
using System.Net.Sockets;
using Lockkeeper.Server.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class UpstreamTests
{
    [Fact]
    public async Task An_idle_connection_is_closed_before_an_engine_would_close_it()
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

        // uvicorn, cpp-httplib and Node close after 5 seconds; a request sent in that moment would be lost.
        (await connection.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(4.9), TimeProvider.System)).ShouldBe(0);
    }
}
