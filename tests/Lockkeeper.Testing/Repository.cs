namespace Lockkeeper.Testing;

/// <summary>Files of the source tree that tests read, found from where the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string DemoGuide { get; } = Path.Combine(Root, "models", "demo-guide.gguf");

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Lockkeeper.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
