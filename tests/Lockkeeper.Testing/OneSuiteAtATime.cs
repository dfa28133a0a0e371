namespace Lockkeeper.Testing;

/// <summary>Held by a test assembly while its tests run. A lock on a file, because the assemblies run in processes of their own; the system lets go of it when one dies.</summary>
internal sealed class OneSuiteAtATime : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly FileStream _lock;

    public OneSuiteAtATime()
    {
        // artifacts/bin/<project>/<configuration>/ -> artifacts/: another working copy has a lock of its own.
        var path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "suite.lock"));
        _lock = Take(path);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>
    /// Waits for as long as it takes: the last suite waits for all the others, which on a slow machine is any time. Nobody is waited for who is dead, and one that hangs is for him to end
    /// who started them all.
    /// </summary>
    private static FileStream Take(string path)
    {
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException failure) when (IsTaken(failure))
            {
                pause.Wait(Pause);
            }
        }
    }

    /// <summary>Any other failure, as of a full disk, would be waited for in vain.</summary>
    private static bool IsTaken(IOException failure)
    {
        const int SharingViolation = unchecked((int)0x80070020), WouldBlockOnLinux = 11, WouldBlockOnMacOS = 35;
        return failure.HResult == (OperatingSystem.IsWindows() ? SharingViolation : OperatingSystem.IsMacOS() ? WouldBlockOnMacOS : WouldBlockOnLinux);
    }
}
