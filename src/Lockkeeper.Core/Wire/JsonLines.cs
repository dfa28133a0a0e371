using System.Buffers;

namespace Lockkeeper.Core.Wire;

/// <summary>Is told the lines of a stream.</summary>
internal interface IJsonLineListener
{
    /// <param name="line">One JSON value, in a buffer that is used again; white space around it is gone.</param>
    void OnLine(ReadOnlySpan<byte> line);
}

/// <summary>Cuts a stream of JSON values, one a line (NDJSON), into its lines, whatever pieces it comes in. Its buffer is used again: a line costs no allocation.</summary>
/// <remarks>A line ends with LF or CR LF. Blank lines are passed over. The last line needs no end: <see cref="Complete"/> tells it.</remarks>
internal sealed class JsonLines(IJsonLineListener listener, int longest = JsonLines.LongestLine)
{
    /// <summary>Bytes that one line may have, its end not counted.</summary>
    public const int LongestLine = 64 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _line = new(256);

    /// <exception cref="InvalidDataException">A line is longer than any should be.</exception>
    public void Read(ReadOnlySpan<byte> piece)
    {
        while (piece.IndexOf((byte)'\n') is var end and >= 0)
        {
            Bound(end);
            if (_line.WrittenCount == 0)
            {
                Tell(piece[..end]);
            }
            else
            {
                _line.Write(piece[..end]);
                Tell(_line.WrittenSpan);
                _line.ResetWrittenCount();
            }

            piece = piece[(end + 1)..];
        }

        Bound(piece.Length);
        _line.Write(piece);
    }

    /// <summary>The stream has ended; a line that has begun is whole.</summary>
    public void Complete()
    {
        Tell(_line.WrittenSpan);
        _line.ResetWrittenCount();
    }

    private void Bound(int more)
    {
        if (_line.WrittenCount + (long)more > longest)
        {
            throw new InvalidDataException("a line without end");
        }
    }

    private void Tell(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\r"u8);
        if (!line.IsEmpty)
        {
            listener.OnLine(line);
        }
    }
}
