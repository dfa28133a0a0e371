using System.Globalization;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

[Collection(Lanes.Waiting)]
public sealed class InitVerbTests
{
    private static readonly string Nowhere = LockkeeperRun.FreePort().ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task What_runs_is_found_and_written_into_a_file_that_serves()
    {
        using var engine = new LockkeeperRun();
        engine.Start("--listen", "http://127.0.0.1:0");
        await engine.UntilAsync("it listens", () => Task.FromResult(engine.Printed().Contains("demo-poet")));
        var port = new Uri(engine.Printed().Split('\n')[0]["Serving on ".Length..]).Port;
        await engine.AnswersAsync($"http://127.0.0.1:{port}/v1/models"); // the first answer of a process takes the longest, and init does not wait for long

        using var run = new LockkeeperRun();
        var (exit, output, errors) = await run.Start("init", "--yes", "--config", "new/a.yaml", "--ports", port.ToString(CultureInfo.InvariantCulture)).EndAsync();
        (exit, output).ShouldBe((0, ""), string.Join('\n', errors));
        errors.ShouldContain($"  openai-compatible on http://127.0.0.1:{port}: demo-guide, demo-poet");
        errors[^1].ShouldBe("lockkeeper: wrote new/a.yaml. Start it with: lockkeeper serve --config new/a.yaml");

        using var served = new LockkeeperRun();
        served.Start("--config", Path.Combine(run.Folder, "new", "a.yaml"), "--listen", "http://127.0.0.1:0");
        await served.UntilAsync("it listens", () => Task.FromResult(served.Printed().Contains("demo-poet (openai-compatible)")));
    }

    [Fact]
    public async Task What_is_found_can_be_had_as_JSON_without_writing_anything()
    {
        using var run = new LockkeeperRun();
        run.Write("models/a.gguf", "");
        var (exit, output, errors) = await run.Start("init", "--detect-only", "--json", "--ports", Nowhere).EndAsync();
        exit.ShouldBe(0);
        errors.ShouldBeEmpty();
        using var found = JsonDocument.Parse(output);
        found.RootElement.GetProperty("engines").GetArrayLength().ShouldBe(0);
        found.RootElement.GetProperty("folders")[0].GetProperty("models").GetProperty("gguf").GetInt32().ShouldBe(1);
        Directory.GetFiles(run.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_example_is_a_file_that_loads()
    {
        using var run = new LockkeeperRun();
        (await run.Start("init", "--example").EndAsync()).ExitCode.ShouldBe(0);
        File.Exists(Path.Combine(run.Folder, "lockkeeper.yaml")).ShouldBeTrue();

        using var served = new LockkeeperRun();
        served.Start("--config", Path.Combine(run.Folder, "lockkeeper.yaml"), "--listen", "http://127.0.0.1:0");
        await served.UntilAsync("it listens", () => Task.FromResult(served.Printed().Contains("demo-poet (builtin)")));
    }

    [Theory]
    [InlineData("init --yes", 1, "lockkeeper: lockkeeper.yaml exists; it is overwritten only with --force.")]
    [InlineData("init --example", 1, "lockkeeper: lockkeeper.yaml exists; it is overwritten only with --force.")]
    [InlineData("init", 2, "lockkeeper: there is nobody to ask: stdin is no terminal. Write --yes to take what is sure, or --detect-only to see what there is.")]
    [InlineData("init --example --json", 2, "lockkeeper: --example looks for nothing; it does not go with --detect-only or --json.")]
    public async Task What_is_there_stays_and_nobody_is_asked_who_cannot_answer(string arguments, int code, string message)
    {
        using var run = new LockkeeperRun { Input = "" };
        var file = run.Write("lockkeeper.yaml", "mine");
        var (exit, _, errors) = await run.Start(arguments.Split(' ')).EndAsync();
        (exit, errors[0]).ShouldBe((code, message));
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe("mine");
    }

    [Fact]
    public async Task A_port_that_is_not_sure_is_left_out_without_a_yes()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        using var run = new LockkeeperRun();
        var (exit, _, errors) = await run.Start("init", "--yes", "--ports", port).EndAsync();
        exit.ShouldBe(1);
        errors.ShouldContain($"  something on http://127.0.0.1:{port} that does not answer like an engine");
        errors[^1].ShouldStartWith("lockkeeper: nothing to serve was found");
        Directory.GetFiles(run.Folder).ShouldBeEmpty();
    }
}
