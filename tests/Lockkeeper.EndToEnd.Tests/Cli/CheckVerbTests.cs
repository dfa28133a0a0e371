using System.Text.Json;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class CheckVerbTests
{
    [Fact]
    public async Task A_sound_file_is_zero_and_what_is_odd_is_told()
    {
        using var run = new LockkeeperRun();
        run.Write("c.yaml", "engines: { e: { command: [no-such-program, '{port}'] }, f: { preset: builtin } }\nmodels: { m: { engine: e } }\n");
        var (code, output, errors) = await run.Start("check", "c.yaml").EndAsync();
        code.ShouldBe(0);
        output.ShouldBe("c.yaml: no problems; 1 models of 2 engines in 1 pools\n");
        errors.Length.ShouldBe(2);
        errors[0].ShouldBe("c.yaml: warning: engines.f: is never used; no model names it");
        errors[1].ShouldStartWith("c.yaml: warning: models.m: cannot be started as things are: executable 'no-such-program' not found");
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_and_the_exit_code_is_two()
    {
        using var run = new LockkeeperRun();
        run.Write("c.yaml", "sevrer: {}\nmodels:\n  m: { engine: e }\n");
        var (code, output, errors) = await run.Start("check", "c.yaml").EndAsync();
        (code, output).ShouldBe((2, ""));
        errors.Length.ShouldBe(3);
        errors[2].ShouldBe("lockkeeper: 2 problems in c.yaml.");
    }

    [Fact]
    public async Task The_outcome_can_be_had_as_JSON()
    {
        using var run = new LockkeeperRun();
        run.Write("c.yaml", "\nsevrer: {}\n");
        var (code, output, errors) = await run.Start("check", "--json", "c.yaml").EndAsync();
        (code, errors.Length).ShouldBe((2, 0));
        var outcome = JsonElement.Parse(output);
        outcome.GetProperty("ok").GetBoolean().ShouldBeFalse();
        var problem = outcome.GetProperty("problems")[0];
        (problem.GetProperty("line").GetInt32(), problem.GetProperty("key").GetString()).ShouldBe((2, "sevrer"));
    }

    [Fact]
    public async Task Without_a_file_it_is_the_one_that_would_be_served()
    {
        using var run = new LockkeeperRun();
        var (code, _, errors) = await run.Start("check").EndAsync();
        (code, errors.Single()).ShouldBe((2, "lockkeeper: there is no configuration file; name one."));
    }
}
