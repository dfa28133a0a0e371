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
}
