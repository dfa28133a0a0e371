using System.Text.Json;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class PresetsVerbTests
{
    [Fact]
    public async Task They_are_listed_one_a_line()
    {
        using var run = new LockkeeperRun();
        var (exit, output, errors) = await run.Start("presets").EndAsync();
        exit.ShouldBe(0);
        errors.ShouldBeEmpty();
        var lines = output.TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(20);
        lines.ShouldContain(line => line.StartsWith("llama.cpp          llama.cpp's own llama-server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_is_shown_whole()
    {
        using var run = new LockkeeperRun();
        var (exit, output, _) = await run.Start("presets", "vllm").EndAsync();
        exit.ShouldBe(0);
        output.ShouldStartWith("vllm: ");
        output.ShouldContain("vllm serve {path} --host 127.0.0.1 --port {port}");
        output.ShouldContain("GET /v1/models is 2xx, and names the model");
        output.ShouldContain("https://docs.vllm.ai/");
    }

    [Fact]
    public async Task Machines_are_given_JSON()
    {
        using var run = new LockkeeperRun();
        var one = JsonElement.Parse((await run.Start("presets", "builtin", "--json").EndAsync()).Output);
        one.GetProperty("engine").GetProperty("command").EnumerateArray().Select(word => word.GetString()).ShouldContain("{port}");
        one.GetProperty("verified").GetString().ShouldBe("ran");

        using var again = new LockkeeperRun();
        JsonElement.Parse((await again.Start("presets", "--json").EndAsync()).Output).GetArrayLength().ShouldBe(20);
    }
}
