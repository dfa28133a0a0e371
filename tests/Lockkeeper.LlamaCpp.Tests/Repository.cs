namespace Lockkeeper.LlamaCpp.Tests;

/// <summary>Files of the source tree that tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string DemoGuide { get; } = Path.Combine(Root, "models", "demo-guide.gguf");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Lockkeeper.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
