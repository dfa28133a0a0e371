using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Ledger;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Ledger;

/// <summary>Real processes that nobody guards any more, and a ledger that names them.</summary>
public sealed class LeftoversTests : IDisposable
{
    private const long GoneSince = 1;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-ledger-");
    private readonly string _mark = $"{Guid.NewGuid():N}.1";
    private readonly List<ChildProcess> _started = [];

    public void Dispose()
    {
        foreach (var child in _started)
        {
            child.SignalGroup(Posix.SigKill);
            child.Exited.Wait();
            child.Reap();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_engine_whose_router_is_gone_is_killed_with_its_children_and_the_ledger_deleted()
    {
        var engine = Spawn("sleep 1000 & exec sleep 1000", _mark);
        await Eventually.True(() => ProcessTable.With("sleep", "1000").Count(pid => ProcessTable.GroupOf(pid) == engine.Pid) == 2, "it has a child");
        var file = Write(EngineLedger.Boot!, Environment.ProcessId, GoneSince, Entry(engine));
        await ReapAsync();
        ProcessTable.IsAlive(engine.Pid).ShouldBeFalse();
        ProcessTable.With("sleep", "1000").ShouldNotContain(pid => ProcessTable.GroupOf(pid) == engine.Pid);
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task What_detached_itself_from_an_engine_that_is_gone_is_known_by_its_mark()
    {
        var stray = await SleepingAsync(_mark);
        Write(EngineLedger.Boot!, Environment.ProcessId, GoneSince, Entry(stray) with { Pid = int.MaxValue });
        await ReapAsync();
        ProcessTable.IsAlive(stray.Pid).ShouldBeFalse();
    }

    [Fact]
    public async Task A_process_that_has_the_number_of_a_dead_engine_is_not_touched()
    {
        var stranger = await SleepingAsync(mark: null);
        var file = Write(EngineLedger.Boot!, Environment.ProcessId, GoneSince, Entry(stranger) with { Started = Entry(stranger).Started - 1 });
        await ReapAsync();
        ProcessTable.IsAlive(stranger.Pid).ShouldBeTrue();
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task A_process_that_is_neither_marked_nor_the_program_is_not_touched()
    {
        var stranger = await SleepingAsync(mark: null);
        Write(EngineLedger.Boot!, Environment.ProcessId, GoneSince, Entry(stranger));
        await ReapAsync();
        ProcessTable.IsAlive(stranger.Pid).ShouldBeTrue();
    }

    [Fact]
    public async Task Engines_of_a_router_that_lives_are_left_alone()
    {
        var engine = await SleepingAsync(_mark);
        var file = Write(EngineLedger.Boot!, Environment.ProcessId, ProcStat.Of(Environment.ProcessId)!.Value.Started, Entry(engine));
        await ReapAsync();
        ProcessTable.IsAlive(engine.Pid).ShouldBeTrue();
        File.Exists(file).ShouldBeTrue();
    }

    [Fact]
    public async Task A_ledger_from_before_the_last_boot_names_nobody()
    {
        var stranger = await SleepingAsync(_mark);
        var file = Write("another-boot", Environment.ProcessId, GoneSince, Entry(stranger));
        await ReapAsync();
        ProcessTable.IsAlive(stranger.Pid).ShouldBeTrue();
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task A_ledger_that_makes_no_sense_is_moved_aside_and_keeps_nobody_from_reading_the_others()
    {
        var engine = await SleepingAsync(_mark);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "engines-1.json"), "{\"engi");
        Write(EngineLedger.Boot!, Environment.ProcessId, GoneSince, Entry(engine));
        await ReapAsync();
        ProcessTable.IsAlive(engine.Pid).ShouldBeFalse();
        Directory.GetFiles(_folder.FullName).ShouldHaveSingleItem().ShouldEndWith("engines-1.json.broken");
    }

    /// <summary>A process that is what it will be: while one becomes another program, its environment cannot be read.</summary>
    private async Task<ChildProcess> SleepingAsync(string? mark)
    {
        var child = Spawn("exec sleep 1000", mark);
        await Eventually.True(() => ProcessTable.CommandLine(child.Pid) is ["sleep", ..], "it sleeps");
        return child;
    }

    private ChildProcess Spawn(string script, string? mark)
    {
        var environment = EnvironmentVariables.OwnWith([new(Reaper.MarkVariable, mark)]);
        var child = ChildProcess.Spawn("/bin/sh", ["-c", script], environment, new ChildProcess.Descriptors(null, null, null));
        _started.Add(child);
        return child;
    }

    private LedgerEntry Entry(ChildProcess child) => new("a", child.Pid, ProcStat.Of(child.Pid)!.Value.Started, "/no/such/program", 21_000, _mark);

    private string Write(string boot, int pid, long started, params LedgerEntry[] engines)
    {
        var file = Path.Combine(_folder.FullName, "engines-4711.json");
        File.WriteAllBytes(file, new LedgerPage(boot, pid, started, engines).Write());
        return file;
    }

    private Task ReapAsync() => new Leftovers(_folder.FullName, TimeProvider.System, NullLogger<Leftovers>.Instance).ReapAsync();
}
