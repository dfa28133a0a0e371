namespace Lockkeeper.Testing;

/// <summary>Held by a test assembly while its tests run. A lock on a file, because the assemblies run in processes of their own; the system lets go of it when one dies.</summary>
internal sealed class OneSuiteAtATime : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly FileStream _lock;

    public OneSuiteAtATime()
    {
        // artifacts/bin/<project>/<configuration>/ -> artifacts/: another working copy has a lock of its own.
        var path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "suite.lock"));
        _lock = Take(path, TimeProvider.System);
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Take(string path, TimeProvider time)
    {
        using var pause = new ManualResetEventSlim();
        for (var since = time.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(since) < Patience)
            {
                pause.Wait(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
