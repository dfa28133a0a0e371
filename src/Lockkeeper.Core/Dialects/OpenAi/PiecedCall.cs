using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>A call of a tool that comes in pieces: what is known of it so far, and what was kept back while another one was being told.</summary>
/// <param name="number">The engine's; null where it gives none.</param>
internal sealed class PiecedCall(int? number)
{
    private static readonly SearchValues<char> Structural = SearchValues.Create("{}[]\"\\");

    private ArrayBufferWriter<char>? _kept;
    private int _depth;
    private bool _inText;
    private bool _isEscaped;

    public int? Number => number;

    /// <summary>Empty where the engine gives none.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Of the tool; empty before it is known.</summary>
    public string Name { get; private set; } = "";

    public bool IsNamed => Name.Length > 0;

    /// <summary>Whether there were any.</summary>
    public bool HasArguments { get; private set; }

    /// <summary>Whether the object that the arguments are is complete.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The arguments that were kept back.</summary>
    public ReadOnlySpan<char> Kept => _kept is null ? [] : _kept.WrittenSpan;

    /// <summary>Characters that are kept back of it.</summary>
    public int Size => Id.Length + Name.Length + Kept.Length;

    /// <summary>Whether a piece, although it has the same number or none, belongs to another call.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="isFirst">Whether it is the first of its list.</param>
    public bool EndsBefore(in CallPiece piece, bool isFirst)
    {
        if (CallPiece.Says(piece.Id) && Id.Length > 0)
        {
            return !CallPiece.Is(piece.Id, Id);
        }

        // Without a number, each item of one list is a call of its own; and who names a tool again when the arguments are complete means another call.
        return IsNamed && CallPiece.Says(piece.Name) && ((piece.Number is null && !isFirst) || IsWhole || !CallPiece.Is(piece.Name, Name));
    }

    /// <summary>Whether a piece repeats its id, and says nothing against it.</summary>
    public bool HasIdOf(in CallPiece piece) => Id.Length > 0 && CallPiece.Is(piece.Id, Id) && (piece.Number is null || number is null || piece.Number == number);

    /// <summary>Takes id and name, as far as they are there.</summary>
    /// <returns>Whether it has its name since now.</returns>
    /// <exception cref="InvalidDataException">There are arguments before there is a name: what is called must be known before what it is called with.</exception>
    public bool TakeNames(in CallPiece piece)
    {
        if (IsNamed)
        {
            return false;
        }

        Id = CallPiece.Says(piece.Id) ? CallPiece.Text(piece.Id) : Id;
        if (!CallPiece.Says(piece.Name))
        {
            var isCalled = CallPiece.Says(piece.Arguments) || piece.Arguments.TokenType == JsonTokenType.StartObject;
            return isCalled ? throw new InvalidDataException("it calls a tool without naming it") : false;
        }

        Name = CallPiece.Text(piece.Name);
        return true;
    }

    /// <summary>Keeps arguments back.</summary>
    public void Keep(Utf8JsonReader arguments)
    {
        if (CallPiece.Says(arguments))
        {
            _kept ??= new ArrayBufferWriter<char>(256);
            var place = _kept.GetSpan(arguments.ValueSpan.Length);
            var length = JsonText.Read(arguments, place);
            Follow(place[..length]);
            _kept.Advance(length);
        }
        else if (arguments.TokenType == JsonTokenType.StartObject)
        {
            _kept ??= new ArrayBufferWriter<char>(256);
            _kept.Write(Object(ref arguments));
        }
    }

    /// <summary>The arguments where they are sent as the object itself: not a piece but all of them. Few engines do so, and the others allocate nothing for them.</summary>
    public string Object(ref Utf8JsonReader arguments)
    {
        using var whole = JsonDocument.ParseValue(ref arguments);
        (HasArguments, IsWhole) = (true, true);
        return whole.RootElement.GetRawText();
    }

    /// <summary>Nothing of it is kept back any more.</summary>
    public void Release() => _kept = null;

    /// <summary>Looks for the end of the JSON object that the arguments are.</summary>
    public void Follow(ReadOnlySpan<char> json)
    {
        HasArguments = true;
        while (!json.IsEmpty)
        {
            if (_isEscaped)
            {
                _isEscaped = false;
                json = json[1..];
                continue;
            }

            var at = json.IndexOfAny(Structural);
            if (at < 0)
            {
                return;
            }

            switch (json[at])
            {
                case '"':
                    _inText = !_inText;
                    break;
                case '\\':
                    _isEscaped = _inText;
                    break;
                case '{' or '[' when !_inText:
                    _depth++;
                    break;
                case '}' or ']' when !_inText:
                    IsWhole |= --_depth == 0;
                    break;
            }

            json = json[(at + 1)..];
        }
    }
}
