using System.Buffers.Binary;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>The commonest mistakes with a model file, said in words before llama.cpp says them in its own.</summary>
internal static class GgufFile
{
    private const int HeaderLength = 24;

    /// <exception cref="EngineLoadException">There is no such file, it cannot be read, or it is none of the format.</exception>
    public static void Check(string path)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        int read;
        try
        {
            using var file = File.OpenRead(path);
            read = file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var cause = exception is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : exception.Message.ReplaceLineEndings(" ");
            throw new EngineLoadException(Directory.Exists(path) ? $"{path} is a folder; name the .gguf file in it." : $"{path} cannot be read: {cause}.");
        }

        if (Problem(header[..read]) is { } problem)
        {
            throw new EngineLoadException($"{path} is not a model that can be loaded: {problem}.");
        }
    }

    internal static string? Problem(ReadOnlySpan<byte> header)
    {
        if (!header.StartsWith("GGUF"u8))
        {
            return "it does not begin with the letters GGUF, so it is not a GGUF file";
        }

        if (header.Length < HeaderLength)
        {
            return $"it ends after {header.Length} bytes; the download is incomplete";
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        return version is 2 or 3 ? null : $"it says it is GGUF version {version}; 2 and 3 are known";
    }
}
