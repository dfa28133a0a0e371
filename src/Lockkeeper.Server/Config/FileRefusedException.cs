namespace Lockkeeper.Server.Config;

/// <summary>A file cannot be read as a configuration at all; the message says why.</summary>
/// <param name="line">1-based; 0 for the file as a whole.</param>
/// <param name="message">What is wrong with it.</param>
internal sealed class FileRefusedException(int line, string message) : Exception(message)
{
    public int Line { get; } = line;
}
