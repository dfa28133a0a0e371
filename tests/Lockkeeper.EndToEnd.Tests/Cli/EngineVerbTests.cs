using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class EngineVerbTests
{
    [Fact]
    public async Task An_engine_process_does_not_carry_the_server()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Loaded files are read from /proc.");
        using var run = new LockkeeperRun();
        run.Start("engine", "--model", LockkeeperRun.DemoGuide, "--port", LockkeeperRun.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture));
        var loaded = "";
        await run.UntilAsync("the engine's own assembly is loaded", async () =>
        {
            loaded = await File.ReadAllTextAsync($"/proc/{run.Pid}/maps");
            return loaded.Contains("Lockkeeper.LlamaCpp.dll", StringComparison.Ordinal);
        });
        loaded.ShouldContain("System.CommandLine.dll");
        loaded.ShouldNotContain("YamlDotNet.dll");
        loaded.ShouldNotContain("Lockkeeper.Server.dll");
    }

    [Theory]
    [InlineData("--chat-template", "jinja", "'jinja' is no value for --chat-template; write one of: llama3, qwen, chatml, deepseek, phi4, gpt-oss, generic.")]
    [InlineData("--chat-template-file", "mine.jinja", "the built-in engine runs none")]
    public async Task A_template_that_it_cannot_apply_is_refused(string option, string value, string words)
    {
        using var run = new LockkeeperRun();
        var (exit, _, errors) = await run.Start("engine", "--model", LockkeeperRun.DemoGuide, "--port", "0", option, value).EndAsync();
        exit.ShouldNotBe(0);
        string.Join('\n', errors).ShouldContain(words);
    }
}
