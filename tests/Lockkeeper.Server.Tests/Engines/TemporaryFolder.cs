namespace Lockkeeper.Server.Tests.Engines;

/// <summary>A folder with empty files in it, gone when the test is.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-folder-");

    public TemporaryFolder(params string[] files)
    {
        foreach (var file in files)
        {
            File.WriteAllText(System.IO.Path.Combine(Path, file), "");
        }
    }

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
