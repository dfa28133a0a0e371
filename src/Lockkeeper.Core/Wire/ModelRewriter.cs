using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>
/// Makes the model that an answer names the one the client asked for, while the answer passes. Only the string behind <c>model</c> is replaced; every other byte stays, and none is kept back.
/// </summary>
/// <remarks>
/// It is the member <c>model</c> of the JSON value itself; in events also of the object <c>message</c> (Anthropic's <c>message_start</c>) or <c>response</c> (Responses) right in it.
/// The same name deeper, or in text, is somebody else's. A name stands near the front: once it has been replaced, the rest of its value is only searched for the end of the event or line,
/// and the rest of a whole body not at all. A piece of whole events or lines that holds no <c>"model"</c> is not looked at any closer. Allocates nothing once it is made.
/// </remarks>
/// <param name="framing">How the answer's JSON values follow each other.</param>
/// <param name="model">The name the client asked for.</param>
internal sealed class ModelRewriter(BodyFraming framing, string model) : IBodyStage
{
    /// <summary>One more than the longest name that counts, so that a longer one is seen to be longer.</summary>
    private const int LongestName = 9;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]\r\n"u8);
    private static readonly SearchValues<byte> StringStops = SearchValues.Create("\"\\\r\n"u8);

    private readonly byte[] _replacement = [(byte)'"', .. JsonEncodedText.Encode(model, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];

    private Step _step = framing == BodyFraming.Events ? Step.LineStart : Step.Value;

    /// <summary>Objects and arrays that are open.</summary>
    private int _depth;

    /// <summary>Whether the second of them is an object whose model counts.</summary>
    private bool _inHolder;

    private bool _replaced;

    /// <summary>The beginning of the string being read.</summary>
    private NameBuffer _name;
    private int _nameLength;

    /// <summary>What the name before the next value means.</summary>
    private Member _member;

    /// <summary>Bytes of <c>data:</c> that the line has begun with.</summary>
    private int _field;
    private bool _afterReturn;

    private enum Step
    {
        /// <summary>Between the strings of a value.</summary>
        Value,

        /// <summary>In a string that may be a name that counts.</summary>
        Name,

        /// <summary>In any other string.</summary>
        String,

        /// <summary>Behind a backslash of one.</summary>
        Escape,

        /// <summary>Behind what may be a name that counts.</summary>
        Colon,

        /// <summary>Behind its colon.</summary>
        Member,

        /// <summary>In the string that is replaced.</summary>
        Old,
        OldEscape,

        /// <summary>Where nothing matters but the end of the line: behind the model, or in a line that is no data.</summary>
        Rest,

        /// <summary>At the beginning of a line of an event.</summary>
        LineStart,
    }

    private enum Member
    {
        None,
        Model,

        /// <summary>Of an object whose model counts.</summary>
        Holder,
    }

    public void Pass(ReadOnlySpan<byte> piece, IBufferWriter<byte> output)
    {
        var kept = 0;
        for (var at = IsPlain(piece) ? piece.Length : 0; at < piece.Length;)
        {
            if (_step == Step.Member && _member == Member.Model && piece[at] == '"')
            {
                output.Write(piece[kept..at]);
                output.Write(_replacement);
                _replaced = true;
                _step = Step.Old;
                kept = ++at;
            }
            else if (_step is Step.Old or Step.OldEscape)
            {
                kept = at = Old(piece, at);
            }
            else
            {
                at = Next(piece, at);
            }
        }

        output.Write(piece[kept..]);
    }

    public void Complete(IBufferWriter<byte> output)
    {
    }

    /// <summary>Whether a piece begins and ends between two values, and has nothing to replace.</summary>
    private bool IsPlain(ReadOnlySpan<byte> piece)
    {
        var isBetween = !_replaced && _depth == 0 && framing switch
        {
            BodyFraming.Events => _step == Step.LineStart && _field == 0 && !_afterReturn && (piece.EndsWith("\n\n"u8) || piece.EndsWith("\r\n\r\n"u8)),
            BodyFraming.Lines => _step == Step.Value && piece.EndsWith("\n"u8),
            _ => false,
        };
        return isBetween && piece.IndexOf("\"model\""u8) < 0;
    }

    /// <summary>Reads on from a place in the piece. Returns how far it got, which may be nowhere if only the step has changed.</summary>
    private int Next(ReadOnlySpan<byte> piece, int at)
    {
        switch (_step)
        {
            case Step.Value:
                return Value(piece, at);
            case Step.Name or Step.String:
                return String(piece, at);
            case Step.Escape:
                _step = Step.String;
                return IsLineEnd(piece[at]) ? at : at + 1;
            case Step.Colon or Step.Member when IsSpace(piece[at]):
                return at + 1;
            case Step.Colon when piece[at] == ':':
                _step = Step.Member;
                return at + 1;
            case Step.Colon:
                // It was a text that reads like a name.
                _member = Member.None;
                _step = Step.Value;
                return at;
            case Step.Member:
                _step = Step.Value;
                return at;
            case Step.Rest when framing == BodyFraming.Whole:
                return piece.Length;
            case Step.Rest:
                var end = piece[at..].IndexOfAny((byte)'\n', (byte)'\r');
                return end < 0 ? piece.Length : LineEnd(piece, at + end);
            default:
                return LineStart(piece, at);
        }
    }

    private int Value(ReadOnlySpan<byte> piece, int at)
    {
        var next = piece[at..].IndexOfAny(Structure);
        if (next < 0)
        {
            return piece.Length;
        }

        at += next;
        switch (piece[at])
        {
            case (byte)'"':
                _step = _depth == 1 || (_depth == 2 && _inHolder) ? Step.Name : Step.String;
                _nameLength = 0;
                break;
            case (byte)'{' or (byte)'[':
                _inHolder |= _depth == 1 && _member == Member.Holder && piece[at] == '{';
                _depth++;
                break;
            case (byte)'}' or (byte)']':
                _depth = Math.Max(0, _depth - 1);
                _inHolder &= _depth >= 2;
                break;
            default:
                return LineEnd(piece, at);
        }

        _member = Member.None;
        return at + 1;
    }

    private int String(ReadOnlySpan<byte> piece, int at)
    {
        var length = piece[at..].IndexOfAny(StringStops);
        var part = length < 0 ? piece[at..] : piece.Slice(at, length);
        if (_step == Step.Name)
        {
            Span<byte> name = _name;
            var taken = Math.Min(part.Length, LongestName - _nameLength);
            part[..taken].CopyTo(name[_nameLength..]);
            _nameLength += taken;
        }

        at += part.Length;
        if (length < 0)
        {
            return at;
        }

        if (IsLineEnd(piece[at]))
        {
            return LineEnd(piece, at);
        }

        if (piece[at] == '\\')
        {
            _step = Step.Escape;
        }
        else
        {
            _member = _step == Step.Name ? Named() : Member.None;
            _step = _member == Member.None ? Step.Value : Step.Colon;
        }

        return at + 1;
    }

    /// <summary>What the string is, if it is a member's name.</summary>
    private Member Named()
    {
        var name = ((ReadOnlySpan<byte>)_name)[.._nameLength];
        if (name.SequenceEqual("model"u8))
        {
            return Member.Model;
        }

        return framing == BodyFraming.Events && _depth == 1 && (name.SequenceEqual("message"u8) || name.SequenceEqual("response"u8)) ? Member.Holder : Member.None;
    }

    private int Old(ReadOnlySpan<byte> piece, int at)
    {
        if (_step == Step.OldEscape)
        {
            _step = Step.Old;
            return IsLineEnd(piece[at]) ? at : at + 1;
        }

        var length = piece[at..].IndexOfAny(StringStops);
        if (length < 0)
        {
            return piece.Length;
        }

        at += length;
        if (IsLineEnd(piece[at]) && framing != BodyFraming.Whole)
        {
            // Cut off in the middle of the name; the line's end is not part of it.
            _step = Step.Rest;
            return at;
        }

        _step = piece[at] switch
        {
            (byte)'"' => Step.Rest,
            (byte)'\\' => Step.OldEscape,
            _ => Step.Old,
        };
        return at + 1;
    }

    /// <summary>A value ends with its line, or with its event; in a whole body it goes on. A string cannot: what looks like one was cut off.</summary>
    private int LineEnd(ReadOnlySpan<byte> piece, int at)
    {
        if (framing == BodyFraming.Lines && piece[at] == '\n')
        {
            Restart(Step.Value);
        }
        else if (framing == BodyFraming.Events)
        {
            _step = Step.LineStart;
            _field = 0;
            _afterReturn = piece[at] == '\r';
        }

        return at + 1;
    }

    private int LineStart(ReadOnlySpan<byte> piece, int at)
    {
        var afterReturn = _afterReturn;
        _afterReturn = false;
        if (afterReturn && piece[at] == '\n')
        {
            return at + 1;
        }

        if (IsLineEnd(piece[at]))
        {
            if (_field == 0)
            {
                Restart(Step.LineStart);
            }

            return LineEnd(piece, at);
        }

        if (piece[at] != "data:"u8[_field])
        {
            _step = Step.Rest;
        }
        else if (++_field == "data:"u8.Length)
        {
            _step = _replaced ? Step.Rest : Step.Value;
        }

        return at + 1;
    }

    private void Restart(Step step)
    {
        _step = step;
        _depth = 0;
        _inHolder = false;
        _replaced = false;
        _member = Member.None;
    }

    private static bool IsLineEnd(byte value) => value is (byte)'\n' or (byte)'\r';

    private bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' || (framing == BodyFraming.Whole && IsLineEnd(value));

    [System.Runtime.CompilerServices.InlineArray(LongestName)]
    private struct NameBuffer
    {
        private byte _first;
    }
}
