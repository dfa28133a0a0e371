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
    [InlineData("serv", "lockkeeper: 'serv' is not known here; did you mean 'serve'?|Try 'lockkeeper --help'.")]
    [InlineData("--lisen http://127.0.0.1:0", "lockkeeper: '--lisen' is not known here; did you mean '--listen'?|Try 'lockkeeper --help'.")]
    [InlineData("serve --confg x", "lockkeeper: '--confg' is not known here; did you mean '--config'?|Try 'lockkeeper serve --help'.")]
    [InlineData("--config", "lockkeeper: Required argument missing for option: '--config'.|Try 'lockkeeper --help'.")]
    [InlineData("engine", "lockkeeper: Option '--model' is required.|lockkeeper: Option '--port' is required.|Try 'lockkeeper engine --help'.")]
    [InlineData("engine --model m --port 99999", "lockkeeper: '99999' is no value for --port; write a whole number from 0 to 65535.|Try 'lockkeeper engine --help'.")]
    [InlineData("engine --model m --port 1 --threads x", "lockkeeper: 'x' is no value for --threads; write a whole number from 1 to 4096.|Try 'lockkeeper engine --help'.")]
    [InlineData("--config x engine --model m --port 1", "lockkeeper: '--config' is not for 'engine'.|Try 'lockkeeper engine --help'.")]
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
