using System.Text;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines;

/// <summary>The file that what an engine prints is appended to. That it cannot be written, or the disk is full, harms nobody: it is said once, and tried again later.</summary>
internal sealed partial class EngineLogFile(string path, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>A disk that was full may have room again.</summary>
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(10);

    private FileStream? _file;
    private long? _failed;
    private bool _said;

    /// <summary>Appends a line. Called by one thread.</summary>
    public void Append(string line)
    {
        if (_failed is { } failed && time.GetElapsedTime(failed) < TryAgainAfter)
        {
            return;
        }

        try
        {
            // Unbuffered: a crash of an engine is told by its last lines, and they must be there.
            _file ??= Open();
            _file.Write(Encoding.UTF8.GetBytes($"{line}\n"));
            _failed = null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Dispose();
            _failed = time.GetTimestamp();
            if (!_said)
            {
                _said = true;
                LogCannotWrite(path, refused.Message);
            }
        }
    }

    public void Dispose()
    {
        try
        {
            _file?.Dispose();
        }
        catch (IOException)
        {
            // A full disk, once more.
        }

        _file = null;
    }

    private FileStream Open()
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    [LoggerMessage(350, LogLevel.Warning, "log_file '{Path}' cannot be written, so what the engine prints is only here: {Why}")]
    private partial void LogCannotWrite(string path, string why);
}
