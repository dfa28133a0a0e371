using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public async Task The_version_is_one_line_on_stdout()
    {
        var (exit, output, errors) = await EndOf("--version");
        (exit, output).ShouldBe((0, "lockkeeper 0.1.0\n"));
        errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--help", "serve", "engine", "--config", "--listen", "--version")]
    [InlineData("serve --help", "--config", "--listen")]
    [InlineData("engine --help", "--model", "--port", "--alias", "--ctx-size", "--threads", "--gpu-layers")]
    [InlineData("simulate --help", "TRACE", "--generate", "--load", "--swap", "--seed", "--seeds", "--policy", "--pool", "--json", "--write", "--table")]
    [InlineData("presets --help", "NAME", "--json")]
    [InlineData("record --help", "--url", "--key-env", "--output")]
    [InlineData("init --help", "--config", "--yes", "--detect-only", "--example", "--force", "--json")]
    [InlineData("doctor --help", "--config", "--json")]
    [InlineData("import --help", "FILE", "--from-env", "--format", "--output", "--force")]
    public async Task Help_is_data_on_stdout(string arguments, params string[] words)
    {
        var (exit, output, errors) = await EndOf(arguments.Split(' '));
        exit.ShouldBe(0);
        errors.ShouldBeEmpty();
        foreach (var word in words)
        {
            output.ShouldContain(word);
        }
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("init")]
    [InlineData("import")]
    [InlineData("doctor")]
    [InlineData("engine")]
    public async Task The_page_has_the_options_that_help_has(string verb)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "cli.md"), TestContext.Current.CancellationToken);
        var section = page.Split("\n## ").Single(part => part.StartsWith(verb + "\n", StringComparison.Ordinal));
        var documented = section.Split('\n').Where(line => line.StartsWith("| `--", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
        var (_, help, _) = await EndOf(verb, "--help");
        var options = help.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("--", StringComparison.Ordinal)).Select(line => line.Split("  ")[0].Replace(" (REQUIRED)", "", StringComparison.Ordinal));
        documented.Order().ShouldBe(options.Select(option => option.Replace("<", "", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [InlineData("serv", "lockkeeper: 'serv' is not known here; did you mean 'serve'?|Try 'lockkeeper --help'.")]
    [InlineData("--lisen http://127.0.0.1:0", "lockkeeper: '--lisen' is not known here; did you mean '--listen'?|Try 'lockkeeper --help'.")]
    [InlineData("serve --confg x", "lockkeeper: '--confg' is not known here; did you mean '--config'?|Try 'lockkeeper serve --help'.")]
    [InlineData("--config", "lockkeeper: Required argument missing for option: '--config'.|Try 'lockkeeper --help'.")]
    [InlineData("engine", "lockkeeper: Option '--model' is required.|lockkeeper: Option '--port' is required.|Try 'lockkeeper engine --help'.")]
    [InlineData("engine --model m --port 99999", "lockkeeper: '99999' is no value for --port; write a whole number from 0 to 65535.|Try 'lockkeeper engine --help'.")]
    [InlineData("engine --model m --port 1 --threads x", "lockkeeper: 'x' is no value for --threads; write a whole number from 1 to 4096.|Try 'lockkeeper engine --help'.")]
    [InlineData("--config x engine --model m --port 1", "lockkeeper: '--config' is not for 'engine'.|Try 'lockkeeper engine --help'.")]
    [InlineData("--verbose simulate --table", "lockkeeper: '--verbose' is not for 'simulate'.|Try 'lockkeeper simulate --help'.")]
    [InlineData("--config x presets", "lockkeeper: '--config' is not for 'presets'.|Try 'lockkeeper presets --help'.")]
    [InlineData("presets vlm", "lockkeeper: 'vlm' is no preset; did you mean 'vllm'?")]
    [InlineData("--listen http://127.0.0.1:0 record", "lockkeeper: '--listen' is not for 'record'.|Try 'lockkeeper record --help'.")]
    [InlineData("simulate", "lockkeeper: Nothing to simulate; name a trace, or --generate one, or ask for the --table.|Try 'lockkeeper simulate --help'.")]
    [InlineData("simulate t --generate agents", "lockkeeper: TRACE and --generate cannot be had together.|Try 'lockkeeper simulate --help'.")]
    [InlineData("simulate t --load 0.6 --write x", "lockkeeper: '--load' does not go with TRACE.|lockkeeper: '--write' does not go with TRACE.|Try 'lockkeeper simulate --help'.")]
    [InlineData("simulate --table --policy fifo", "lockkeeper: '--policy' does not go with --table.|Try 'lockkeeper simulate --help'.")]
    [InlineData("simulate --generate agent", "lockkeeper: 'agent' is no value for --generate; write agents, steady-rare or batch-interactive.|Try 'lockkeeper simulate --help'.")]
    [InlineData("simulate --generate agents --load 60%", "lockkeeper: '60%' is no value for --load; write a share of the hour such as 0.6, from 0.001 to 100.|Try 'lockkeeper simulate --help'.")]
    [InlineData("simulate --generate agents --swap 5", "lockkeeper: '5' is no value for --swap; write a duration such as 500ms, 5s, 1.5m, 2h or 1m30s, at most a day.|Try 'lockkeeper simulate --help'.")]
    [InlineData("simulate --generate agents --seeds 0", "lockkeeper: '0' is no value for --seeds; write a whole number from 1 to 10000.|Try 'lockkeeper simulate --help'.")]
    [InlineData("import", "lockkeeper: Name the FILE to take over, or write --from-env; not both.|Try 'lockkeeper import --help'.")]
    [InlineData("import f --from-env", "lockkeeper: Name the FILE to take over, or write --from-env; not both.|Try 'lockkeeper import --help'.")]
    [InlineData("import f --format sluice", "lockkeeper: 'sluice' is no value for --format; write slm-server, local-engine-router, mlx-router, llama-swap.|Try 'lockkeeper import --help'.")]
    [InlineData("simulate t --policy lifo", "lockkeeper: 'lifo' is no value for --policy; write lockkeeper, fifo, resident-first, lru or all.|Try 'lockkeeper simulate --help'.")]
    [InlineData("simulate t --pool 24G", "lockkeeper: '24G' is no value for --pool; write a size such as 256MiB, 1.5GB or a number of bytes.|Try 'lockkeeper simulate --help'.")]
    public async Task A_wrong_command_line_is_exit_code_2_and_a_hint_on_stderr(string arguments, string expected)
    {
        var (exit, output, errors) = await EndOf(arguments.Split(' '));
        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldBe(expected.Split('|'));
    }

    private static async Task<(int ExitCode, string Output, string[] Errors)> EndOf(params string[] arguments)
    {
        using var run = new LockkeeperRun();
        return await run.Start(arguments).EndAsync();
    }
}
