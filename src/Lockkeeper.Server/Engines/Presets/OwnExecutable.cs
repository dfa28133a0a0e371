using System.Collections.Immutable;
using System.Reflection;

namespace Lockkeeper.Server.Engines.Presets;

/// <summary>How this program starts itself again.</summary>
internal static class OwnExecutable
{
    public static ImmutableArray<string> Command { get; } = CommandOf(
        Environment.ProcessPath ?? throw new InvalidOperationException("The path of this process is not known."),
        Assembly.GetEntryAssembly()?.Location ?? "");

    /// <summary>Started as <c>dotnet lockkeeper.dll</c> the process is the host, which must be told the assembly again.</summary>
    public static ImmutableArray<string> CommandOf(string process, string assembly) =>
        Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase) ? [process, assembly] : [process];
}
