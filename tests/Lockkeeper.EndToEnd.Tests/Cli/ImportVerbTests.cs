using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class ImportVerbTests
{
    [Fact]
    public async Task A_file_of_llama_swap_becomes_one_that_serves()
    {
        using var run = new LockkeeperRun();
        run.Write("swap.yaml", $"models:\n  a: {{ cmd: '{FakeEngine.Executable} --port ${{PORT}}', ttl: 60, aliases: [b], description: x }}\n");
        var (exit, output, errors) = await run.Start("import", "swap.yaml", "--output", "new/lockkeeper.yaml").EndAsync();
        (exit, output).ShouldBe((0, ""), string.Join('\n', errors));
        errors.ShouldBe(["Without equivalent:", "  models.a.description: models are shown by their id", "Taken over from llama-swap: 1 model, 1 engine; written to new/lockkeeper.yaml."]);

        using var served = new LockkeeperRun();
        served.Start("--config", Path.Combine(run.Folder, "new", "lockkeeper.yaml"), "--listen", "http://127.0.0.1:0");
        await served.UntilAsync("it tells its models", () => Task.FromResult(served.Printed().Contains("  a (a, also as b)")));
    }

    [Fact]
    public async Task Nothing_is_overwritten_unless_told()
    {
        using var run = new LockkeeperRun();
        run.Write("old.yaml", "models: { a: { cmd: 'x ${PORT}' } }\n");
        run.Write("new.yaml", "mine");
        var (exit, _, errors) = await run.Start("import", "old.yaml", "--output", "new.yaml").EndAsync();
        exit.ShouldBe(1);
        errors.ShouldBe(["lockkeeper: new.yaml exists; it is overwritten only with --force."]);
        (await File.ReadAllTextAsync(Path.Combine(run.Folder, "new.yaml"), TestContext.Current.CancellationToken)).ShouldBe("mine");

        using var again = new LockkeeperRun();
        again.Write("old.yaml", "models: { a: { cmd: 'x ${PORT}' } }\n");
        again.Write("new.yaml", "mine");
        (await again.Start("import", "old.yaml", "--output", "new.yaml", "--force").EndAsync()).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(Path.Combine(again.Folder, "new.yaml"), TestContext.Current.CancellationToken)).ShouldContain("command: [x, \"{port}\"]");
    }

    [Theory]
    [InlineData("hello", 2, "lockkeeper: old.yaml: is no configuration: it is made of no 'key: value' lines.")]
    [InlineData("models: { a: { cmd: 'x {nonsense} ${PORT}' } }", 2, "lockkeeper: old.yaml: no model could be taken over, so there would be nothing to serve; models.a.cmd: holds {nonsense}")]
    public async Task What_cannot_be_served_is_not_written(string text, int code, string first)
    {
        using var run = new LockkeeperRun();
        run.Write("old.yaml", text);
        var (exit, output, errors) = await run.Start("import", "old.yaml").EndAsync();
        (exit, output).ShouldBe((code, ""));
        errors[0].ShouldStartWith(first);
    }

    [Fact]
    public async Task The_variables_are_served_when_there_is_no_file()
    {
        using var run = new LockkeeperRun();
        run.Variables["SLUICE_REASONING_MODEL"] = "big";
        run.Variables["SLUICE_FAST_MODEL"] = "small";
        run.Start("--listen", "http://127.0.0.1:0");
        await run.UntilAsync("it listens", () => Task.FromResult(run.Printed().Contains("small")));
        run.Printed().ShouldContain("  configuration: none; the SLUICE_ variables of the environment\n  big (reasoning, also as reasoning)\n  small (fast, also as fast, tiny)");

        using var import = new LockkeeperRun();
        import.Variables["SLUICE_REASONING_MODEL"] = "big";
        var (exit, output, _) = await import.Start("import", "--from-env").EndAsync();
        exit.ShouldBe(0);
        output.ShouldContain("local: { policy: fit, serialize: true }");
    }

    [Fact]
    public async Task Variables_that_mean_nothing_are_refused()
    {
        using var run = new LockkeeperRun();
        run.Variables["SLUICE_MAX_QUEUE_DEPTH"] = "deep";
        var (exit, _, errors) = await run.Start().EndAsync();
        exit.ShouldBe(2);
        errors.ShouldBe(["environment: SLUICE_MAX_QUEUE_DEPTH is 'deep'; it must be a whole number from 1 to 100000", "lockkeeper: 1 problem; nothing was started."]);
    }
}
