using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Tests.Models;
using Lockkeeper.Testing;

namespace Lockkeeper.LlamaCpp.Tests;

public sealed class EngineServerTests
{
    [Fact]
    public async Task While_the_model_loads_everything_says_so_and_then_it_is_ready()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a named pipe in the file system");

        // The path leads to a pipe first, so reading it waits; then to a real model.
        var folder = Directory.CreateTempSubdirectory("lockkeeper-slow-").FullName;
        var (pipe, path) = (Path.Combine(folder, "pipe"), Path.Combine(folder, "model.gguf"));
        using (var mkfifo = Process.Start("mkfifo", pipe))
        {
            await mkfifo.WaitForExitAsync();
        }

        File.CreateSymbolicLink(path, pipe);
        await using (var engine = await RunningEngine.StartAsync(new EngineOptions { ModelPath = path, Port = 0, Alias = "slow" }))
        {
            (await StatusAsync(engine, "/health")).ShouldBe((HttpStatusCode.ServiceUnavailable, """{"status":"loading model"}"""));
            (await StatusAsync(engine, "/v1/models")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            using (var chat = await engine.PostAsync("{}"))
            {
                chat.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
                chat.Headers.RetryAfter.ShouldNotBeNull();
                (await chat.Content.ReadAsStringAsync()).ShouldContain("\"code\":\"model_loading\"");
            }

            await using (var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                File.Delete(path);
                File.CreateSymbolicLink(path, Repository.DemoGuide);
                await writer.WriteAsync((await File.ReadAllBytesAsync(Repository.DemoGuide)).AsMemory(0, 24));
            }

            await engine.Server.Decoder.Loaded;
            (await StatusAsync(engine, "/health")).ShouldBe((HttpStatusCode.OK, """{"status":"ok"}"""));
            (await StatusAsync(engine, "/v1/models")).Body.ShouldContain("\"id\":\"slow\"");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_ends_the_engine_with_an_exit_code() =>
        (await EngineServer.RunAsync(new EngineOptions { ModelPath = "/no/such/model.gguf", Port = 0 }, CancellationToken.None)).ShouldNotBe(0);

    [Fact]
    public async Task A_port_that_is_taken_ends_the_engine_with_an_exit_code()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (await EngineServer.RunAsync(new EngineOptions { ModelPath = Repository.DemoGuide, Port = port }, CancellationToken.None)).ShouldNotBe(0);
    }

    [Fact]
    public async Task A_stop_is_clean_at_any_moment()
    {
        for (var milliseconds = 0; milliseconds < 60; milliseconds += 10)
        {
            using var stop = new CancellationTokenSource(milliseconds);
            (await EngineServer.RunAsync(new EngineOptions { ModelPath = Repository.DemoGuide, Port = 0 }, stop.Token)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_stream_takes_less_than_a_second_and_ends_the_stream()
    {
        using var file = RandomModel.Write(seed: 31, context: 16_384);
        var engine = await RunningEngine.ReadyAsync(file.Path);
        using var response = await engine.PostAsync(JsonSerializer.Serialize(DemoEngine.Ask("x", ("stream", true))));
        var body = response.Content.ReadAsStringAsync();
        await Eventually.True(() => engine.Server.Decoder.TokensGenerated > 10, "it streams");
        var watch = Stopwatch.StartNew();
        await engine.Server.DisposeAsync();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5), "a second, on a machine that has nothing else to do");
        var text = await body;
        text.ShouldContain("\"code\":\"shutting_down\"");
        text.ShouldEndWith("data: [DONE]\n\n");
        engine.Client.Dispose();
    }

    private static async Task<(HttpStatusCode Status, string Body)> StatusAsync(RunningEngine engine, string path)
    {
        using var response = await engine.Client.GetAsync(path);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
