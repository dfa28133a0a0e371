using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Lockkeeper.Server.Config;

/// <summary>The files a configuration is made of, and what stood in them when it was.</summary>
/// <param name="Main">The file as the user named it.</param>
/// <param name="Folder">Absolute path of the folder it includes; null for none.</param>
internal sealed record ConfigFiles(string Main, string? Folder)
{
    /// <summary>Which files of an included folder count.</summary>
    public const string Pattern = "*.yaml";

    /// <summary>No configuration comes near it; a model file named by mistake is far beyond.</summary>
    private const int LargestFile = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Tells whether they say something else now: of what was read, at the time it was read.</summary>
    public string Print { get; init; } = "";

    /// <summary>
    /// The included files there are now, in the order of their names. Hidden ones are drafts and locks of editors. Empty ones say nothing, and pipes, which count as empty, would never end.
    /// </summary>
    /// <exception cref="FileRefusedException">The folder cannot be listed.</exception>
    public ImmutableArray<string> Included()
    {
        try
        {
            return Folder is null ? [] : [.. Directory.EnumerateFiles(Folder, Pattern).Where(Counts).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            throw new FileRefusedException(0, $"there is no folder '{Folder}'");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FileRefusedException(0, $"'{Folder}' cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>The print of what they say now.</summary>
    public string PrintNow()
    {
        var print = new FilePrint();
        print.Add(Main);
        try
        {
            foreach (var file in Included())
            {
                print.Add(file);
            }
        }
        catch (FileRefusedException)
        {
            // No folder, no files.
        }

        return print.ToString();
    }

    /// <summary>Folders in which a change can change what they say: an editor replaces a file, and a link may be turned to another one.</summary>
    public IReadOnlyCollection<string> Places()
    {
        List<string> places = [.. FolderOf(Path.GetFullPath(Main)), .. FolderOf(Final(Path.GetFullPath(Main)))];
        if (Folder is not null)
        {
            places.AddRange([Folder, Final(Folder)]);
        }

        return [.. places.Where(Directory.Exists).Distinct(StringComparer.Ordinal)];
    }

    /// <exception cref="FileRefusedException">There is none, it cannot be read, or it is too large to be meant.</exception>
    public static byte[] Read(string file)
    {
        if (Directory.Exists(file))
        {
            throw new FileRefusedException(0, "is a folder; name the file in it");
        }

        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[LargestFile + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= LargestFile ? bytes[..length] : throw new FileRefusedException(0, "is larger than 1 MiB, and so surely no configuration");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileRefusedException(0, "does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            throw new FileRefusedException(0, "cannot be read: permission denied");
        }
        catch (IOException unreadable)
        {
            throw new FileRefusedException(0, $"cannot be read: {unreadable.Message}");
        }
    }

    /// <exception cref="FileRefusedException">It is not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException invalid)
        {
            throw new FileRefusedException(bytes[..Math.Max(0, invalid.Index)].Count((byte)'\n') + 1, "is not UTF-8 text; save it as UTF-8");
        }
    }

    private static bool Counts(string file) => !Path.GetFileName(file).StartsWith('.') && new FileInfo(Final(file)) is not { Exists: true, Length: 0 };

    private static IEnumerable<string> FolderOf(string file) => Path.GetDirectoryName(file) is { } folder ? [folder] : [];

    /// <summary>Where a link leads in the end; the path itself where it is none, or leads nowhere.</summary>
    private static string Final(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    /// <summary>A hash over names and contents, in the order they are added.</summary>
    internal sealed class FilePrint
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Add(string file)
        {
            try
            {
                Add(file, Read(file));
            }
            catch (FileRefusedException refused)
            {
                AddRefused(file, refused);
            }
        }

        public void Add(string file, ReadOnlySpan<byte> content)
        {
            Name(file, "holds");
            _hash.AppendData(SHA256.HashData(content));
        }

        public void AddRefused(string file, FileRefusedException refused) => Name(file, refused.Message);

        public override string ToString() => Convert.ToHexString(_hash.GetCurrentHash());

        private void Name(string file, string what) => _hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes($"{file}\0{what}")));
    }
}
