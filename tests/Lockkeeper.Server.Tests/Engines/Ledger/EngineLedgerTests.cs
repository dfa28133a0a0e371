using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Ledger;

public sealed class EngineLedgerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-ledger-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void It_names_its_owner_and_what_runs_and_goes_when_nothing_does()
    {
        var ledger = Open(Path.Combine(_folder.FullName, "made", "when-needed"));
        ledger.Add(Entry(1));
        ledger.Add(Entry(2));
        ledger.Remove(1);

        LedgerPage.TryRead(File.ReadAllBytes(ledger.Path), out var page, out _).ShouldBeTrue();
        page!.Engines.ShouldBe([Entry(2)]);
        (page.Boot, page.Pid, page.Started).ShouldBe((EngineLedger.Boot, Environment.ProcessId, ProcStat.Of(Environment.ProcessId)!.Value.Started));

        ledger.Dispose();
        File.Exists(ledger.Path).ShouldBeTrue("an engine is still noted, for the next to try");
        ledger.Remove(2);
        ledger.Dispose();
        File.Exists(ledger.Path).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_stops_nobody()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        var ledger = Open(Path.Combine(file, "no-folder"));
        ledger.Add(Entry(1));
        ledger.IsKept.ShouldBeFalse();
    }

    private static EngineLedger Open(string folder) => EngineLedger.Open(folder, NullLogger<EngineLedger>.Instance)!;

    private static LedgerEntry Entry(int pid) => new("a", pid, 5, "e", 21_000, "m.1");
}
