using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines.Ledger;

/// <summary>Engines of a Lockkeeper that is gone, as its ledger names them. Killed with all they started, if they are proven to be those; nothing else is ever signalled.</summary>
/// <param name="folder">Where the ledgers are.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Each leftover is a line.</param>
internal sealed partial class Leftovers(string folder, TimeProvider time, ILogger<Leftovers> logger)
{
    /// <summary>What resists SIGKILL for so long waits for a device; whoever starts next tries again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ILogger _logger = logger;

    /// <summary>Completes when they are gone. No trouble with it keeps Lockkeeper from serving.</summary>
    public async Task ReapAsync()
    {
        if (EngineLedger.Boot is not { } boot || !Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.GetFiles(folder, EngineLedger.Pattern))
        {
            try
            {
                if (await IsDoneAsync(file, boot))
                {
                    File.Delete(file);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogUnreadable(file, failure.Message);
            }
        }
    }

    /// <summary>Whether the ledger has nothing more to tell.</summary>
    private async Task<bool> IsDoneAsync(string file, string boot)
    {
        if (!LedgerPage.TryRead(await File.ReadAllBytesAsync(file), out var page, out var problem))
        {
            LogUnreadable(file, problem);
            File.Move(file, file + ".broken", overwrite: true);
            return false;
        }

        if (page.Boot != boot)
        {
            return true; // nothing outlives the system
        }

        if (Proven(page.Pid, page.Started) is not null)
        {
            LogOthers(file, page.Pid, page.Engines.Count);
            return false;
        }

        var done = true;
        foreach (var engine in page.Engines)
        {
            done &= await ReapAsync(engine);
        }

        return done;
    }

    private async Task<bool> ReapAsync(LedgerEntry engine)
    {
        // Its number alone proves nothing, as it may be somebody else's by now; and its group only together with it.
        var tree = IsThat(engine) ? new ProcessTree(engine.Pid, engine.Mark) : ProcessTree.OfMark(engine.Mark);
        var alive = tree.Alive();
        if (alive.Count == 0)
        {
            return true;
        }

        LogReaping(engine.Model, string.Join(", ", alive), engine.Executable, engine.Port);
        var start = time.GetTimestamp();
        while (alive.Count > 0)
        {
            if (time.GetElapsedTime(start) > Patience)
            {
                LogResists(engine.Model, string.Join(", ", alive), Patience.TotalSeconds);
                return false;
            }

            if (IsThat(engine))
            {
                Posix.Kill(-engine.Pid, Posix.SigKill);
            }

            tree.SignalStrays(Posix.SigKill);
            await Task.Delay(Pause, time, CancellationToken.None);
            alive = tree.Alive();
        }

        return true;
    }

    /// <summary>Same number, same moment of birth, and it is what was started: by its mark or, had it cleared its environment, by its program.</summary>
    private static bool IsThat(LedgerEntry engine) =>
        Proven(engine.Pid, engine.Started) is { } stat && stat.Group == engine.Pid && (ProcessTree.CarriesMark(engine.Pid, engine.Mark) || ProgramOf(engine.Pid) == engine.Executable);

    private static ProcStat? Proven(int pid, long started) => ProcStat.Of(pid) is { IsAlive: true } stat && stat.Started == started ? stat : null;

    private static string? ProgramOf(int pid)
    {
        try
        {
            return new FileInfo(FormattableString.Invariant($"/proc/{pid}/exe")).LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(313, LogLevel.Warning, "{Model}: an engine of a Lockkeeper that is gone still runs and is killed (processes: {Pids}; {Executable}, port {Port})")]
    private partial void LogReaping(string model, string pids, string executable, int port);

    [LoggerMessage(314, LogLevel.Error, "{Model}: an engine of a Lockkeeper that is gone cannot be killed (processes: {Pids}); tried for {Seconds:0} s, and going on without")]
    private partial void LogResists(string model, string pids, double seconds);

    [LoggerMessage(315, LogLevel.Information, "{File} belongs to another Lockkeeper (pid {Pid}) that lives; its {Engines} engines are left alone")]
    private partial void LogOthers(string file, int pid, int engines);

    [LoggerMessage(316, LogLevel.Warning, "{File}, which may name engines that were left behind, cannot be read: {Problem}")]
    private partial void LogUnreadable(string file, string problem);
}
