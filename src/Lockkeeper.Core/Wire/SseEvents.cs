using System.Buffers;

namespace Lockkeeper.Core.Wire;

/// <summary>Is told the events of a stream.</summary>
internal interface ISseListener
{
    /// <param name="name">What the event is called; empty where it is not.</param>
    /// <param name="data">Its data: of several lines, joined with a line feed.</param>
    void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data);
}

/// <summary>Cuts a stream of server-sent events into events, whatever pieces it comes in. Its buffers are used again: an event costs no allocation.</summary>
/// <remarks>Line ends may be LF, CR LF or CR; comments and fields other than <c>event</c> and <c>data</c> are passed over. An event that is cut off by the end of the stream is not told, as the standard wants it.</remarks>
internal sealed class SseEvents(ISseListener listener, int longest = SseEvents.LongestEvent)
{
    /// <summary>Bytes that one event may have.</summary>
    public const int LongestEvent = 64 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _line = new(256);
    private readonly ArrayBufferWriter<byte> _data = new(256);
    private readonly ArrayBufferWriter<byte> _name = new(32);
    private bool _hasData;
    private bool _afterReturn;
    private bool _atStart = true;

    /// <exception cref="InvalidDataException">An event is longer than any should be.</exception>
    public void Read(ReadOnlySpan<byte> piece)
    {
        if (_afterReturn && !piece.IsEmpty)
        {
            piece = piece[0] == (byte)'\n' ? piece[1..] : piece;
            _afterReturn = false;
        }

        while (!piece.IsEmpty)
        {
            var end = piece.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                Keep(piece);
                return;
            }

            if (_line.WrittenCount == 0)
            {
                Line(piece[..end]);
            }
            else
            {
                Keep(piece[..end]);
                Line(_line.WrittenSpan);
                _line.ResetWrittenCount();
            }

            var length = 1;
            if (piece[end] == (byte)'\r')
            {
                _afterReturn = end + 1 == piece.Length;
                length = !_afterReturn && piece[end + 1] == (byte)'\n' ? 2 : 1;
            }

            piece = piece[(end + length)..];
        }
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_line.WrittenCount + part.Length > longest)
        {
            throw new InvalidDataException("an event without end");
        }

        _line.Write(part);
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (_atStart)
        {
            _atStart = false;
            line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        }

        if (line.IsEmpty)
        {
            Dispatch();
        }
        else if (Field(line, "data"u8, out var data))
        {
            Append(data);
        }
        else if (Field(line, "event"u8, out var name))
        {
            _name.ResetWrittenCount();
            _name.Write(name);
        }
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        if (_data.WrittenCount + data.Length > longest)
        {
            throw new InvalidDataException("an event without end");
        }

        if (_hasData)
        {
            _data.Write("\n"u8);
        }

        _hasData = true;
        _data.Write(data);
    }

    private void Dispatch()
    {
        if (_hasData)
        {
            listener.OnEvent(_name.WrittenSpan, _data.WrittenSpan);
        }

        _hasData = false;
        _data.ResetWrittenCount();
        _name.ResetWrittenCount();
    }

    private static bool Field(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith(field) || (line.Length > field.Length && line[field.Length] != (byte)':'))
        {
            return false;
        }

        value = line.Length == field.Length ? default : line[(field.Length + 1)..];
        value = !value.IsEmpty && value[0] == (byte)' ' ? value[1..] : value;
        return true;
    }
}
