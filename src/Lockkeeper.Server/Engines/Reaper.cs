using System.Globalization;
using System.IO.Pipes;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines;

/// <summary>
/// Sees to it that no engine outlives Lockkeeper, not even after <c>kill -9</c>: a shell in a session of its own that is told each group over a pipe
/// and, when the pipe ends, kills those it still knows. Lines in the pipe are read before its end is, so a group counts as guarded once it is written.
/// </summary>
internal sealed partial class Reaper(TimeProvider time, ILogger<Reaper> logger) : IDisposable
{
    /// <summary>Name of the variable that marks every process we start, and what it starts in turn, wherever it detaches itself to.</summary>
    public const string MarkVariable = "LOCKKEEPER_ENGINE";

    /// <summary>Restarts in a row before one waits: a reaper that cannot live must not eat a core.</summary>
    private const int RestartsAtOnce = 3;

    // The groups are killed first. Then, where /proc shows it, whatever still carries our mark: a grandchild may have left its group by setsid.
    // A mark that is not whole would be found in processes that are none of ours, so there is no sweep without a whole one.
    // What lives already is an argument, not a line: there is no moment in which a new reaper does not know it.
    internal const string Script = """
        groups=$2
        while read -r verb id; do
          case $verb in
            guard) groups="$groups $id" ;;
            forget)
              left=
              for group in $groups; do [ "$group" = "$id" ] || left="$left $group"; done
              groups=$left ;;
          esac
        done
        [ -n "$groups" ] || exit 0
        for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
        case $1 in LOCKKEEPER_ENGINE=????????????????????????????????.) ;; *) exit 1 ;; esac
        for again in 1 2 3; do
          for found in $(grep -lsF "$1" /proc/[0-9]*/environ); do
            id=${found#/proc/}
            kill -s KILL "${id%/environ}" 2>/dev/null
          done
        done
        """;

    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<int> _groups = [];
    private readonly string _mark = Guid.NewGuid().ToString("N");
    private AnonymousPipeServerStream? _pipe;
    private long _marks;
    private int _restarts;
    private bool _closed;

    /// <summary>The reaper's own process; null before the first group and after the end.</summary>
    public int? Pid { get; private set; }

    /// <summary>A new value for <see cref="MarkVariable"/>.</summary>
    public string NextMark() => string.Create(CultureInfo.InvariantCulture, $"{_mark}.{Interlocked.Increment(ref _marks)}");

    public void Guard(int group)
    {
        lock (_gate)
        {
            _groups.Add(group);
            if (_pipe is null)
            {
                Start_NeedsLock();
            }
            else
            {
                Tell_NeedsLock("guard", group);
            }
        }
    }

    /// <summary>Call it while the number is still ours, that is before the child is reaped.</summary>
    public void Forget(int group)
    {
        lock (_gate)
        {
            if (_groups.Remove(group))
            {
                Tell_NeedsLock("forget", group);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _pipe?.Dispose();
            _pipe = null;
            Pid = null;
        }
    }

    private void Start_NeedsLock()
    {
        _pipe?.Dispose();
        _pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        var shell = ChildProcess.Spawn("/bin/sh", ["-c", Script, "lockkeeper-reaper", $"{MarkVariable}={_mark}.", string.Join(' ', _groups)], EnvironmentVariables.Own(),
            new ChildProcess.Descriptors(_pipe.ClientSafePipeHandle, null, null));
        _pipe.DisposeLocalCopyOfClientHandle();
        Pid = shell.Pid;
        _ = WatchAsync(shell);
    }

    private void Tell_NeedsLock(string verb, int group)
    {
        try
        {
            _pipe?.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{verb} {group}\n")));
        }
        catch (IOException)
        {
            // The reaper has just died. The watcher starts another, which is told all groups that live then.
        }
    }

    private async Task WatchAsync(ChildProcess shell)
    {
        await shell.Exited;
        shell.Reap();
        if (++_restarts > RestartsAtOnce)
        {
            await Task.Delay(RestartPause, time, CancellationToken.None);
        }

        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            LogDied(shell.Pid, _groups.Count);
            try
            {
                Start_NeedsLock();
            }
            catch (Exception e)
            {
                // The next Guard tries again; until then a kill -9 of ours would leave the engines.
                LogNotStarted(e);
                _pipe?.Dispose();
                _pipe = null;
            }
        }
    }

    [LoggerMessage(310, LogLevel.Warning, "The reaper (pid {Pid}) has died; starting another to guard {Groups} engines")]
    private partial void LogDied(int pid, int groups);

    [LoggerMessage(311, LogLevel.Error, "The reaper cannot be started: if Lockkeeper is killed now, its engines stay")]
    private partial void LogNotStarted(Exception e);
}
