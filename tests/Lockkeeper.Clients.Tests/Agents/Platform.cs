using System.Runtime.InteropServices;

namespace Lockkeeper.Clients.Tests.Agents;

/// <summary>The agents are programs for one platform each, and their lock file has all of them for one only.</summary>
internal static class Platform
{
    public const string Why = "The lock file of tests/clients/agents has all three agents for Linux on x64 only.";

    public static bool IsCovered { get; } = OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64;
}
