using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Lockkeeper.Server.Engines;

/// <summary>
/// A child in a session and a process group of its own, with no signal ignored or blocked and no descriptor inherited but those given.
/// <c>Process.Start</c> can do none of that: its children share our group, so Ctrl-C ends them behind our back, and ignore SIGPIPE as .NET does.
/// </summary>
internal sealed class ChildProcess
{
    private readonly TaskCompletionSource<ExitStatus> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(int pid)
    {
        Pid = pid;
        new Thread(() => _exited.SetResult(Posix.WaitForExit(pid)), maxStackSize: 128 * 1024) { IsBackground = true, Name = $"wait for {pid}" }.Start();
    }

    /// <summary>Also the number of its group and of its session. Nobody else's before <see cref="Reap"/>, even when it has ended.</summary>
    public int Pid { get; }

    /// <summary>Completes when it has ended.</summary>
    public Task<ExitStatus> Exited => _exited.Task;

    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    /// <exception cref="Win32Exception">The system refuses: too many processes, too many descriptors, no memory.</exception>
    public static unsafe ChildProcess Spawn(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, Descriptors descriptors)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("engines cannot be started as processes on Windows yet");
        }

        byte* attributes = stackalloc byte[Posix.OpaqueSize], actions = stackalloc byte[Posix.OpaqueSize], signals = stackalloc byte[Posix.OpaqueSize];
        Check(Posix.AttributesInit(attributes));
        Check(Posix.FileActionsInit(actions));
        try
        {
            Check(Posix.AttributesSetFlags(attributes,
                (short)(Posix.SpawnSetSession | Posix.SpawnSetSignalDefaults | Posix.SpawnSetSignalMask | Posix.SpawnCloseByDefault)));
            Check(Posix.SignalsAll(signals));
            Check(Posix.AttributesSetSignalDefaults(attributes, signals));
            Check(Posix.SignalsNone(signals));
            Check(Posix.AttributesSetSignalMask(attributes, signals));
            descriptors.Describe(actions);
            Check(Posix.Spawn(out var pid, program, actions, attributes,
                [program, .. arguments, null], [.. environment.Select(variable => $"{variable.Key}={variable.Value}"), null]));
            return new ChildProcess(pid);
        }
        finally
        {
            _ = Posix.AttributesDestroy(attributes);
            _ = Posix.FileActionsDestroy(actions);
        }
    }

    /// <summary>Signals the whole group.</summary>
    public void SignalGroup(int signal) => Posix.Kill(-Pid, signal);

    /// <summary>Gives the pid back to the system; the last thing done with it.</summary>
    public void Reap() => Posix.Reap(Pid);

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }

    /// <summary>What the child finds as its descriptors 0 to 3; <c>/dev/null</c> where nothing is given, and nothing above.</summary>
    internal sealed record Descriptors(SafeHandle? Input, SafeHandle? Output, SafeHandle? Extra)
    {
        private const int ReadWrite = 2;

        /// <summary>Its standard error, where that is to be told from its output.</summary>
        public SafeHandle? Error { get; init; }

        internal unsafe void Describe(byte* actions)
        {
            Place(actions, Input, 0);
            Place(actions, Output, 1);
            Place(actions, Error ?? Output, 2);
            if (Extra is not null)
            {
                Place(actions, Extra, 3);
            }

            try
            {
                Check(Posix.FileActionsCloseFrom(actions, Extra is null ? 3 : 4));
            }
            catch (EntryPointNotFoundException)
            {
                // An older libc: .NET opens everything close-on-exec, so only what we ourselves inherited could pass.
            }
        }

        private static unsafe void Place(byte* actions, SafeHandle? source, int descriptor) => Check(source is null
            ? Posix.FileActionsOpen(actions, descriptor, "/dev/null", ReadWrite, 0)
            : Posix.FileActionsDuplicate(actions, (int)source.DangerousGetHandle(), descriptor));
    }
}
