using System.Diagnostics;
using System.Text;

namespace HouseRules;

/// <summary>The files people commit: what git tracks and what it would track.</summary>
internal static class Repository
{
    private static readonly string[] Untracked = [".git", "artifacts", "node_modules", "bin", "obj", "TestResults", "BenchmarkDotNet.Artifacts"];

    private static readonly string[] TextFiles =
        [".cs", ".csproj", ".props", ".targets", ".slnx", ".md", ".json", ".jsonc", ".yaml", ".yml", ".txt", ".sh", ".html", ".css", ".js", ".svg", ".xml", ".runsettings", ""];

    private static readonly Lazy<IReadOnlyList<SourceFile>> All = new(Read);

    public static string Root { get; } = FindRoot();

    /// <summary>Every text file.</summary>
    public static IReadOnlyList<SourceFile> Files => All.Value;

    public static IEnumerable<SourceFile> CSharp => Files.Where(file => file.Name.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> Projects => Files.Where(file => file.Name.EndsWith(".csproj", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> Docs => Files.Where(file => file.Name.EndsWith(".md", StringComparison.Ordinal));

    public static SourceFile File(string path) => Files.Single(file => file.Path == path);

    private static List<SourceFile> Read() =>
    [
        .. (Tracked() ?? Walked())
            .Where(path => TextFiles.Contains(Path.GetExtension(path)) || Path.GetFileName(path).StartsWith('.'))
            .Where(path => System.IO.File.Exists(Path.Combine(Root, path)))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, System.IO.File.ReadAllText(Path.Combine(Root, path)))),
    ];

    /// <summary>Null without git, or in a copy of the tree without its history.</summary>
    private static string[]? Tracked()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8,
            })!;
            var listed = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? listed.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Walked() => Directory
        .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Split('/').Intersect(Untracked).Any());

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Lockkeeper.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Lockkeeper.slnx in {AppContext.BaseDirectory} or above it.");
    }
}
