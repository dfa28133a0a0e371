namespace Lockkeeper.Core.Config;

/// <summary>The signals a process can be asked to end with, by name.</summary>
internal static class StopSignal
{
    public const string Default = "SIGTERM";

    public static readonly string[] Names = [Default, "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL"];
}
