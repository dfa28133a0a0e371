using System.Buffers;
using System.Text;

namespace Lockkeeper.Core.Wire;

/// <summary>Finds the few fields of a multipart form that the router needs, while the form passes in pieces of any size. Files are passed over, and never held.</summary>
/// <remarks>
/// <code>
///   preamble ──boundary──► AfterBoundary ──line end──► Headers ──empty line──► Content ──boundary──► AfterBoundary
///                               │ "--"
///                               ▼
///                            Epilogue
/// </code>
/// What engines could read in two ways is refused: the model that is admitted has to be the model that answers.
/// </remarks>
internal sealed class MultipartScan
{
    private const int MostHeaderBytes = 8 * 1024;
    private const int MostValueBytes = 4 * 1024;
    private const int MostParts = 1000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _delimiter;
    private readonly ArrayBufferWriter<byte> _held = new(256);
    private readonly MultipartFields _fields = new();
    private State _state = State.Preamble;

    /// <summary>Bytes of the delimiter that the last bytes have matched. A body begins as if a line had ended before it.</summary>
    private int _matched = 2;

    private long _position;
    private long _contentStart;
    private int _parts;

    /// <summary>The field whose content passes; null for one that nobody needs.</summary>
    private string? _field;

    private MultipartScan(byte[] delimiter) => _delimiter = delimiter;

    private enum State
    {
        Preamble,
        AfterBoundary,
        Headers,
        Content,
        Epilogue,
    }

    /// <param name="contentType">The header of that name.</param>
    public static Checked<MultipartScan> For(string? contentType) => MultipartBoundary.DelimiterOf(contentType).Holds(out var delimiter, out var refused) ? new MultipartScan(delimiter) : refused;

    /// <summary>Takes the next piece of the body.</summary>
    /// <returns>Why the form is refused; nothing is to be pushed after that.</returns>
    public RouterError? Push(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            int taken;
            RouterError? refused = null;
            switch (_state)
            {
                case State.Preamble or State.Content:
                    taken = UpToDelimiter(piece, ref refused);
                    break;
                case State.AfterBoundary:
                    taken = 1;
                    refused = AfterBoundary(piece[0]);
                    break;
                case State.Headers:
                    taken = 1;
                    refused = Header(piece[0]);
                    break;
                default:
                    taken = piece.Length;
                    break;
            }

            _position += taken;
            piece = piece[taken..];
            if (refused is not null)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>What was found, once the body has ended.</summary>
    public Checked<MultipartPeek> Finish() => _state == State.Epilogue ? _fields.Found()
        : _parts == 0 && _state == State.Preamble ? new RouterError.FormInvalid("the boundary that its Content-Type names is nowhere in it.")
        : new RouterError.FormInvalid("it is cut off: the boundary at its end is missing.");

    /// <summary>A carriage return is the delimiter's first byte and occurs in it but once: after a mismatch nothing behind that byte can have begun another one.</summary>
    /// <returns>Bytes taken; at most to the end of a delimiter.</returns>
    private int UpToDelimiter(ReadOnlySpan<byte> piece, ref RouterError? refused)
    {
        var at = 0;
        while (at < piece.Length)
        {
            if (_matched == 0)
            {
                var begin = piece[at..].IndexOf(_delimiter[0]);
                var content = begin < 0 ? piece[at..] : piece.Slice(at, begin);
                refused = Keep(content);
                at += content.Length;
                if (refused is not null || begin < 0)
                {
                    return at;
                }
            }

            if (piece[at] != _delimiter[_matched])
            {
                // It looked like one and was content, or the preamble.
                refused = Keep(_delimiter.AsSpan(0, _matched));
                _matched = 0;
                if (refused is not null)
                {
                    return at;
                }

                continue;
            }

            at++;
            if (++_matched == _delimiter.Length)
            {
                _matched = 0;
                refused = AtDelimiter(_position + at);
                return at;
            }
        }

        return at;
    }

    private RouterError? AtDelimiter(long end)
    {
        var start = end - _delimiter.Length;
        var refused = _state == State.Content ? EndPart(start) : null;
        _fields.Delimiter(start);
        _state = State.AfterBoundary;
        _held.Clear();
        return refused;
    }

    /// <summary>Behind a boundary stand two dashes, or the end of the line.</summary>
    private RouterError.FormInvalid? AfterBoundary(byte next)
    {
        _held.Write([next]);
        var line = _held.WrittenSpan;
        if (line.SequenceEqual("--"u8))
        {
            _state = State.Epilogue;
            return null;
        }

        if (line.EndsWith("\r\n"u8))
        {
            _held.Clear();
            _state = State.Headers;
            return ++_parts > MostParts ? new RouterError.FormInvalid($"it has more than {MostParts} parts.") : null;
        }

        var blank = line is [.., (byte)'\r'] ? line[..^1] : line;
        var isSound = line.Length <= MostHeaderBytes && (line is [(byte)'-'] || blank.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0);
        return isSound ? null : new RouterError.FormInvalid("something stands behind a boundary in its line.");
    }

    private RouterError? Header(byte next)
    {
        _held.Write([next]);
        var block = _held.WrittenSpan;
        if (!block.EndsWith("\r\n\r\n"u8) && !block.SequenceEqual("\r\n"u8))
        {
            return block.Length < MostHeaderBytes ? null : new RouterError.FormInvalid($"the headers of a part are longer than {MostHeaderBytes} bytes.");
        }

        if (!PartHeaders.NameOf(block).Holds(out var name, out var refused))
        {
            return refused;
        }

        _held.Clear();
        _field = MultipartFields.Are(name) ? name : null;
        _contentStart = _position + 1;
        _state = State.Content;
        _matched = 0;
        return _field is not null && !_fields.Begin(_field) ? new RouterError.FieldInvalid(_field, "stands twice in the form; engines disagree on which one counts. Send it once.") : null;
    }

    private RouterError.FieldInvalid? Keep(ReadOnlySpan<byte> content)
    {
        if (_state != State.Content || _field is null)
        {
            return null;
        }

        if (_held.WrittenCount + content.Length > MostValueBytes)
        {
            return new RouterError.FieldInvalid(_field, $"is longer than {MostValueBytes} bytes.");
        }

        _held.Write(content);
        return null;
    }

    private RouterError? EndPart(long end)
    {
        if (_field is null)
        {
            return null;
        }

        string text;
        try
        {
            text = Strict.GetString(_held.WrittenSpan);
        }
        catch (DecoderFallbackException)
        {
            return new RouterError.FieldInvalid(_field, "is not valid UTF-8 text.");
        }

        return _fields.End(_field, text, new ByteRange(_contentStart, end - _contentStart));
    }
}
