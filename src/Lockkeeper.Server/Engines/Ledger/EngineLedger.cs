using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines.Ledger;

/// <summary>
/// Which engines this Lockkeeper runs, kept in a file beside the state file for whoever starts after a <c>kill -9</c> that took the reaper too. Each Lockkeeper has a file of its own,
/// so two of them with one state folder neither overwrite each other's nor take the other's engines for leftovers.
/// </summary>
internal sealed partial class EngineLedger : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, LedgerEntry> _engines = [];
    private readonly ILogger _logger;
    private readonly string _boot;
    private readonly ProcStat _self;
    private bool _warned;

    private EngineLedger(string folder, string boot, ProcStat self, ILogger<EngineLedger> logger)
    {
        _boot = boot;
        _self = self;
        _logger = logger;
        Path = System.IO.Path.Combine(folder, FormattableString.Invariant($"engines-{self.Pid}.json"));
    }

    /// <summary>What the file of any Lockkeeper is called.</summary>
    public static string Pattern => "engines-*.json";

    /// <summary>The system's own name of the time since it was started; null where it does not tell.</summary>
    public static string? Boot { get; } = BootOf("/proc/sys/kernel/random/boot_id");

    public string Path { get; }

    /// <summary>False while what runs is not what the file says, because it cannot be written.</summary>
    public bool IsKept
    {
        get
        {
            lock (_gate)
            {
                return !_warned;
            }
        }
    }

    /// <summary>Null where processes cannot be told apart for ever, so that nothing noted now could be proven later.</summary>
    /// <param name="folder">Where the state is kept; made when needed.</param>
    /// <param name="logger">For what cannot be written.</param>
    public static EngineLedger? Open(string folder, ILogger<EngineLedger> logger) =>
        Boot is { } boot && ProcStat.Of(Environment.ProcessId) is { } self ? new EngineLedger(folder, boot, self, logger) : null;

    /// <summary>To be called before the engine's first instruction: what is not noted then can be lost for ever.</summary>
    public void Add(LedgerEntry entry)
    {
        lock (_gate)
        {
            _engines[entry.Pid] = entry;
            Save_NeedsLock();
        }
    }

    /// <summary>To be called when it is proven gone.</summary>
    public void Remove(int pid)
    {
        lock (_gate)
        {
            if (_engines.Remove(pid))
            {
                Save_NeedsLock();
            }
        }
    }

    /// <summary>Takes the file away when nothing is left. What resisted to the end stays noted, for the next to try.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_engines.Count > 0)
            {
                return;
            }

            try
            {
                File.Delete(Path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // An empty file that stays does no harm: whoever starts next deletes it.
            }
        }
    }

    /// <summary>Not forced to the disk: what a dead system has forgotten does not run any more either.</summary>
    private void Save_NeedsLock()
    {
        var draft = Path + ".new";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            File.WriteAllBytes(draft, new LedgerPage(_boot, _self.Pid, _self.Started, [.. _engines.Values]).Write());
            File.Move(draft, Path, overwrite: true);
            _warned = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_warned)
            {
                _warned = true;
                LogUnwritable(Path, failure.Message);
            }
        }
    }

    private static string? BootOf(string file)
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllText(file).Trim() is { Length: > 0 } boot ? boot : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(312, LogLevel.Warning, "{Path} cannot be written: {Problem}. Should Lockkeeper and its reaper be killed together now, their engines stay")]
    private partial void LogUnwritable(string path, string problem);
}
