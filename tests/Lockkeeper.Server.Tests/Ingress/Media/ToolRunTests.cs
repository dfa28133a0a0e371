using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lockkeeper.Server.Ingress.Media;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress.Media;

public sealed class ToolRunTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-tools-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_it_writes_and_how_it_ends_is_told()
    {
        var run = await ShellAsync("echo out; echo first >&2; printf 'last\\033[0m\\n' >&2; exit 3");
        Encoding.ASCII.GetString(run.Output!).ShouldBe("out\n");
        (run.ExitCode, run.Complaint).ShouldBe((3, "last[0m"));
    }

    [Fact]
    public async Task Who_writes_without_end_is_stopped()
    {
        var run = await ShellAsync("while :; do echo more; done");
        run.Output.ShouldBeNull();
        run.ExitCode.ShouldNotBe(0);
    }

    [Fact]
    public async Task Complaints_without_end_stop_nobody() =>
        (await ShellAsync("i=0; while [ $i -lt 20000 ]; do echo complaint $i >&2; i=$((i+1)); done")).Complaint.ShouldBe("complaint 19999");

    [Fact]
    public async Task It_is_killed_when_nobody_waits_for_it_any_more()
    {
        var mark = Path.Combine(_folder.FullName, "pid");
        using var left = new CancellationTokenSource();
        var run = ShellAsync($"echo $$ > {mark}.new; mv {mark}.new {mark}; exec sleep 60", cancellation: left.Token);
        await Eventually.True(() => File.Exists(mark), "it runs");
        var pid = int.Parse(await File.ReadAllTextAsync(mark, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        await left.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(run);
        Should.Throw<ArgumentException>(() => Process.GetProcessById(pid));
    }

    [Fact]
    public async Task Of_our_environment_it_gets_what_it_needs_and_no_keys()
    {
        Environment.SetEnvironmentVariable("LOCKKEEPER_TEST_TOOL_KEY", "secret");
        var run = await ShellAsync("env");
        var names = Encoding.UTF8.GetString(run.Output!).Split('\n').Select(line => line.Split('=')[0]).ToList();
        names.ShouldContain("PATH");
        names.ShouldContain("LC_ALL");
        names.ShouldNotContain("LOCKKEEPER_TEST_TOOL_KEY");
    }

    [Fact]
    public async Task Where_there_is_a_limiter_its_memory_and_time_have_an_end()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "There is no prlimit here.");
        var run = await ToolRun.RunAsync("/bin/sh", "/usr/bin/prlimit", ["-c", "ulimit -v; ulimit -t; ulimit -c"], 1000, TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);
        Encoding.ASCII.GetString(run.Output!).ShouldBe("2097152\n7\n0\n");
    }

    [Fact]
    public async Task One_that_cannot_be_started_complains_like_one_that_failed()
    {
        var run = await ToolRun.RunAsync(Path.Combine(_folder.FullName, "none"), null, [], 1000, Long, TestContext.Current.CancellationToken);
        run.ExitCode.ShouldNotBe(0);
        run.Complaint.ShouldNotBeEmpty();
    }

    private static Task<ToolRun> ShellAsync(string script, CancellationToken? cancellation = null) =>
        ToolRun.RunAsync("/bin/sh", null, ["-c", script], 1000, Long, cancellation ?? TestContext.Current.CancellationToken);
}
