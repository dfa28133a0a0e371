using System.Runtime.InteropServices;

namespace Lockkeeper.Server.Engines;

/// <summary>The few calls of libc that .NET does not offer. Numbers are those of Linux (glibc, musl) and macOS.</summary>
internal static partial class Posix
{
    public const int SigKill = 9;
    public const int SigTerm = 15;

    public const int Interrupted = 4;

    /// <summary>The number of a signal that a process can be asked to end with.</summary>
    public static int SignalOf(string name) => name switch
    {
        "SIGHUP" => 1,
        "SIGINT" => 2,
        "SIGQUIT" => 3,
        "SIGKILL" => SigKill,
        "SIGUSR1" => OperatingSystem.IsMacOS() ? 30 : 10,
        "SIGUSR2" => OperatingSystem.IsMacOS() ? 31 : 12,
        _ => SigTerm,
    };

    public const int SpawnSetSignalDefaults = 0x04;
    public const int SpawnSetSignalMask = 0x08;

    /// <summary>Room for <c>posix_spawnattr_t</c>, <c>posix_spawn_file_actions_t</c>, <c>sigset_t</c> and <c>siginfo_t</c>, the largest of which has 336 bytes.</summary>
    public const int OpaqueSize = 1024;

    private const int ExecutePermission = 1;
    private const int ByPid = 1;
    private const int Exited = 4;
    private const int NoHang = 1;
    private const int CodeExited = 1;

    /// <summary>A session, and with it a group, of one's own.</summary>
    public static int SpawnSetSession => OperatingSystem.IsMacOS() ? 0x400 : 0x80;

    /// <summary>macOS only: no descriptor is inherited that is not named.</summary>
    public static int SpawnCloseByDefault => OperatingSystem.IsMacOS() ? 0x4000 : 0;

    private static int LeaveWaitable => OperatingSystem.IsMacOS() ? 0x20 : 0x0100_0000;

    public static bool MayExecute(string path) => Access(path, ExecutePermission) == 0;

    /// <summary>
    /// Blocks until the child has ended, and leaves it a zombie: until <see cref="Reap"/> nobody else can be given its pid, nor the number of its group.
    /// </summary>
    public static unsafe ExitStatus WaitForExit(int pid)
    {
        var report = stackalloc int[OpaqueSize / sizeof(int)];
        while (WaitId(ByPid, pid, report, Exited | LeaveWaitable) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return new ExitStatus(null, null);
            }
        }

        var status = report[OperatingSystem.IsMacOS() ? 5 : 6];
        return report[2] == CodeExited ? new ExitStatus(status, null) : new ExitStatus(128 + status, status);
    }

    public static void Reap(int pid) => _ = WaitPid(pid, 0, NoHang);

    /// <summary>Signals a process, or with a negative number a group; signal 0 only looks. False when there is none.</summary>
    public static bool Kill(int pid, int signal) => SendSignal(pid, signal) == 0;

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int Spawn(out int pid, string path, void* fileActions, void* attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static unsafe partial int AttributesInit(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static unsafe partial int AttributesDestroy(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static unsafe partial int AttributesSetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static unsafe partial int AttributesSetSignalDefaults(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static unsafe partial int AttributesSetSignalMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static unsafe partial int FileActionsInit(void* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static unsafe partial int FileActionsDestroy(void* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static unsafe partial int FileActionsDuplicate(void* fileActions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int FileActionsOpen(void* fileActions, int descriptor, string path, int flags, uint mode);

    /// <summary>glibc 2.34 and later; elsewhere an <see cref="EntryPointNotFoundException"/>.</summary>
    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    public static unsafe partial int FileActionsCloseFrom(void* fileActions, int lowest);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static unsafe partial int SignalsNone(void* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static unsafe partial int SignalsAll(void* signals);

    /// <summary>The user we act as.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint UserId();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int permission);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static unsafe partial int WaitId(int kind, int pid, void* report, int options);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitPid(int pid, nint status, int options);
}
