namespace Lockkeeper.Testing;

/// <summary>Where the fake engine was built: beside the tests, in the same configuration.</summary>
internal static class FakeEngine
{
    private const string Project = "FakeEngine";

    /// <summary>Absolute path of the executable; <c>--help</c> lists its faults.</summary>
    public static string Executable { get; } = Find();

    private static string Find()
    {
        // AppContext.BaseDirectory is artifacts/bin/<test project>/<configuration>/.
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var file = Path.Combine(own.Parent!.Parent!.FullName, Project, own.Name, OperatingSystem.IsWindows() ? "fake-engine.exe" : "fake-engine");
        return File.Exists(file) ? file : throw new FileNotFoundException($"Build tests/{Project} first.", file);
    }
}
