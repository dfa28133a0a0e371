using System.Buffers;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>Cuts a stream into lines, whatever pieces it comes in. Its buffer is used again: a line costs no allocation.</summary>
internal sealed class JsonLines(int longest = JsonLines.LongestLine)
{
    /// <summary>Bytes that one line may have.</summary>
    public const int LongestLine = 64 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _line = new(256);

    /// <summary>Is told each line that is not empty.</summary>
    public delegate void LineReader(ReadOnlySpan<byte> line);

    /// <exception cref="InvalidDataException">A line is longer than any should be.</exception>
    public void Read(ReadOnlySpan<byte> piece, LineReader read)
    {
        while (piece.IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (_line.WrittenCount == 0)
            {
                Tell(piece[..end], read);
            }
            else
            {
                Keep(piece[..end]);
                Complete(read);
            }

            piece = piece[(end + 1)..];
        }

        Keep(piece);
    }

    /// <summary>The stream has ended; its last line may lack its end.</summary>
    public void Complete(LineReader read)
    {
        Tell(_line.WrittenSpan, read);
        _line.ResetWrittenCount();
    }

    private static void Tell(ReadOnlySpan<byte> line, LineReader read)
    {
        if (!line.Trim(" \t\r"u8).IsEmpty)
        {
            read(line);
        }
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_line.WrittenCount + part.Length > longest)
        {
            throw new InvalidDataException("a line without end");
        }

        _line.Write(part);
    }
}
