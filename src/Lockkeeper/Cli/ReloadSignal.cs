using System.Runtime.InteropServices;

namespace Lockkeeper.Cli;

/// <summary>SIGHUP: load the configuration again.</summary>
internal static class ReloadSignal
{
    /// <summary>Has <paramref name="reload"/> called at each, on any thread, until what is returned is disposed. Null on Windows, where a hangup is the end of the console.</summary>
    public static IDisposable? Hear(Action reload) => OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        reload();
    });
}
