using System.Text.Json;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class DoctorVerbTests
{
    [Fact]
    public async Task A_machine_on_which_everything_works_is_exit_code_0()
    {
        using var run = new LockkeeperRun();
        var (exit, output, errors) = await run.Start("doctor").EndAsync();
        exit.ShouldBe(0, output);
        errors.ShouldBeEmpty();
        var lines = output.Split('\n');
        lines[0].ShouldBe("ok    lockkeeper: 0.1.0");
        lines.ShouldContain("ok    built-in engine: llama.cpp loads");
        lines.ShouldContain("ok    configuration: none; the demo models are served (2) (lockkeeper init writes one)");
        lines.ShouldContain(line => line.StartsWith("ok    memory: ", StringComparison.Ordinal) || !OperatingSystem.IsLinux());
    }

    [Fact]
    public async Task What_fails_is_exit_code_1_and_says_what_to_do()
    {
        using var run = new LockkeeperRun();
        run.Write("bad.yaml", "server: { lisen: x }\n");
        var (exit, output, _) = await run.Start("doctor", "--json", "--config", "bad.yaml").EndAsync();
        exit.ShouldBe(1);
        using var checks = JsonDocument.Parse(output);
        var configuration = checks.RootElement.EnumerateArray().Single(check => check.GetProperty("name").GetString() == "configuration");
        configuration.GetProperty("verdict").GetString().ShouldBe("fail");
        configuration.GetProperty("saw").GetString().ShouldNotBeNull().ShouldContain("bad.yaml:1: server.lisen: is an unknown key; did you mean 'listen'?");
        configuration.GetProperty("fix").GetString().ShouldBe("mend the file; every key is in docs/configuration.md");
    }
}
