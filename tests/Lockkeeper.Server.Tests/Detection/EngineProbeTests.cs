using System.Net;
using System.Net.Sockets;
using System.Text;
using Lockkeeper.Server.Detection;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Detection;

public sealed class EngineProbeTests
{
    [Theory]
    [InlineData("ollama", "/api/tags", "{\"models\":[{\"name\":\"llama3:8b\",\"digest\":\"x\"}]}", "llama3:8b")]
    [InlineData("koboldcpp", "/api/extra/version", "{\"result\":\"KoboldCpp\",\"version\":\"1\"}", "")]
    [InlineData("lm-studio", "/api/v1/models", "{\"models\":[{\"key\":\"qwen\",\"loaded_instances\":[]}]}", "qwen")]
    [InlineData("llama.cpp", "/props", "{\"default_generation_settings\":{}}", "")]
    [InlineData("sglang", "/get_model_info", "{\"model_path\":\"m\"}", "")]
    [InlineData("tabbyapi", "/v1/model", "{\"id\":\"m\",\"parameters\":{}}", "")]
    [InlineData("vllm", "/v1/models", "{\"data\":[{\"id\":\"org/m\",\"owned_by\":\"vllm\"}]}", "org/m")]
    [InlineData("openai-compatible", "/v1/models", "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\\n: c\"},{\"id\":\"A\"}]}", "a")]
    [InlineData(null, "/v1/models", "{\"hello\":1}", "")]
    [InlineData(null, "/v1/models", "<html>", "")]
    [InlineData(null, "/nothing", "", "")]
    public async Task An_engine_is_known_by_what_only_it_answers(string? name, string path, string body, string models)
    {
        using var server = new OneAnswer(path, body);
        using var probe = new EngineProbe();
        var found = (await probe.LookAsync([server.Port], TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        found.ShouldSatisfyAllConditions(
            () => found.Url.ShouldBe($"http://127.0.0.1:{server.Port}"), () => found.Name.ShouldBe(name), () => string.Join(',', found.Models).ShouldBe(models), () => found.IsConfirmed.ShouldBe(name is not null));
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_is_found()
    {
        using var probe = new EngineProbe();
        (await probe.LookAsync([Daemon.FreePort()], TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_never_answers_holds_nobody_up_for_long()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var probe = new EngineProbe();
        var look = probe.LookAsync([((IPEndPoint)silent.LocalEndpoint).Port], TestContext.Current.CancellationToken);
        (await look.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).ShouldHaveSingleItem().IsConfirmed.ShouldBeFalse();
    }

    /// <summary>Answers one path, and 404 for all others.</summary>
    private sealed class OneAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public OneAnswer(string path, string body)
        {
            _listener.Start();
            _ = ServeAsync(path, body);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(string path, string body)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                    using var reader = new StreamReader(client.GetStream(), Encoding.ASCII, leaveOpen: true);
                    var asked = (await reader.ReadLineAsync(TestContext.Current.CancellationToken))?.Split(' ') ?? [];
                    while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 })
                    {
                        // the headers say nothing of interest
                    }

                    var answer = asked is [_, var target, ..] && target == path ? $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"
                        : "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
                    await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(answer), TestContext.Current.CancellationToken);
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException or IOException or OperationCanceledException)
            {
                // the test has ended
            }
        }
    }
}
