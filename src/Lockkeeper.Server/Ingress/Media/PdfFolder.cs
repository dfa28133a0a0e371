namespace Lockkeeper.Server.Ingress.Media;

/// <summary>
/// Where a PDF lies while programs read it, which need a name for it. It is gone afterwards; what a process that was killed has left is removed by the next one: it held its mark open for as long as
/// it lived, however it ended.
/// </summary>
internal sealed class PdfFolder : IDisposable
{
    public const string Prefix = "lockkeeper-pdf-";
    private const string Mark = "in-use";

    /// <summary>A folder without a mark is perhaps just being made.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(10);

    private readonly string _path;
    private readonly FileStream _mark;

    private PdfFolder(string path)
    {
        _path = path;
        _mark = new FileStream(Path.Combine(path, Mark), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>Of the PDF.</summary>
    public string File => Path.Combine(_path, "it.pdf");

    /// <summary>Nobody else may look into it.</summary>
    public static PdfFolder Create() => new(Directory.CreateTempSubdirectory(Prefix).FullName);

    /// <summary>Removes what nobody uses any more. What cannot be removed is left.</summary>
    /// <param name="folder">Of temporary files.</param>
    /// <param name="now">The time.</param>
    public static void Sweep(string folder, DateTimeOffset now)
    {
        try
        {
            foreach (var left in new DirectoryInfo(folder).EnumerateDirectories(Prefix + "*").Where(left => left.LinkTarget is null))
            {
                Remove(left, now);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // There is no such folder, or it is not for us to read.
        }
    }

    public void Dispose()
    {
        _mark.Dispose();
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    private static void Remove(DirectoryInfo left, DateTimeOffset now)
    {
        try
        {
            var mark = Path.Combine(left.FullName, Mark);
            if (System.IO.File.Exists(mark))
            {
                new FileStream(mark, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(); // fails while its owner lives
            }
            else if (now - left.LastWriteTimeUtc < Young)
            {
                return;
            }

            left.Delete(recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is in use, or somebody else's.
        }
    }
}
