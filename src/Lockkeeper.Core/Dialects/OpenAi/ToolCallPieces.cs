using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>Makes calls of the pieces that engines send of them.</summary>
/// <remarks>
/// OpenAI numbers the calls of an answer, and sends id and name with the first piece only. Engines do without the number, give all of them 0, repeat the name in every piece, leave out the
/// id, or send the arguments as an object; whether a piece begins a call has to be told from what is there.
/// </remarks>
internal sealed class ToolCallPieces(IAnswerSink sink, TextPieces pieces)
{
    private static readonly SearchValues<char> Structural = SearchValues.Create("{}[]\"\\");

    private string _id = "";
    private string _name = "";
    private int? _number;
    private bool _isOpen;
    private bool _isNamed;
    private bool _hasArguments;
    private int _depth;
    private bool _inText;
    private bool _isEscaped;
    private bool _isWhole;

    /// <summary>How many calls have begun.</summary>
    public int Count { get; private set; }

    /// <param name="array">At the beginning of <c>tool_calls</c>.</param>
    public void ReadAll(Utf8JsonReader array)
    {
        var isFirst = true;
        while (array.Read() && array.TokenType == JsonTokenType.StartObject)
        {
            ReadOne(ref array, isFirst);
            isFirst = false;
        }
    }

    /// <param name="function">At the beginning of the older <c>function_call</c>.</param>
    public void ReadFunction(Utf8JsonReader function)
    {
        var piece = default(Piece);
        piece.ReadFunction(ref function);
        Take(piece, isFirst: true);
    }

    /// <summary>No more of the last call comes. One without arguments has an empty object of them: clients parse what there is.</summary>
    public void Close()
    {
        pieces.Flush();
        if (_isNamed && !_hasArguments)
        {
            _hasArguments = true;
            sink.Arguments(Count - 1, "{}");
        }
    }

    private void ReadOne(ref Utf8JsonReader reader, bool isFirst)
    {
        var piece = default(Piece);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(reader, "index"u8))
            {
                reader.Read();
                piece.Number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : null;
            }
            else if (JsonText.Is(reader, "id"u8))
            {
                reader.Read();
                piece.Id = reader;
            }
            else if (JsonText.Is(reader, "function"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    piece.ReadFunction(ref reader);
                }
            }

            reader.Skip();
        }

        Take(piece, isFirst);
    }

    private void Take(in Piece piece, bool isFirst)
    {
        if (!_isOpen || Begins(piece, isFirst))
        {
            if (piece.Number is { } number && number < _number)
            {
                throw new InvalidDataException("it mixes the pieces of several tool calls");
            }

            Close();
            (_isOpen, _isNamed, _id, _name, _number) = (true, false, "", "", piece.Number);
            (_hasArguments, _depth, _inText, _isEscaped, _isWhole) = (false, 0, false, false, false);
            Count++;
        }

        if (!_isNamed)
        {
            _id = Said(piece.Id) ? TextOf(piece.Id) : _id;
            if (!Said(piece.Name))
            {
                // The name may come with the next piece, but what is called must be known before what it is called with.
                if (Said(piece.Arguments) || piece.Arguments.TokenType == JsonTokenType.StartObject)
                {
                    throw new InvalidDataException("it calls a tool without naming it");
                }

                return;
            }

            _name = TextOf(piece.Name);
            _isNamed = true;
            sink.ToolCall(Count - 1, _id, _name);
        }

        TellArguments(piece.Arguments);
    }

    /// <summary>Whether a piece belongs to another call than the one that is open.</summary>
    private bool Begins(in Piece piece, bool isFirst)
    {
        if (piece.Number is { } number && _number is { } open && number != open)
        {
            return true;
        }

        if (Said(piece.Id) && _id.Length > 0)
        {
            return !Same(piece.Id, _id);
        }

        // Without a number, each item of one list is a call of its own; and who names a tool again when the arguments are complete means another call.
        return _isNamed && Said(piece.Name) && ((piece.Number is null && !isFirst) || _isWhole || !Same(piece.Name, _name));
    }

    private void TellArguments(Utf8JsonReader arguments)
    {
        switch (arguments.TokenType)
        {
            case JsonTokenType.String when !arguments.ValueSpan.IsEmpty:
                _hasArguments = true;
                Follow(pieces.Tell(TextPieces.Voice.Arguments, Count - 1, arguments));
                break;
            case JsonTokenType.StartObject:
                _hasArguments = true;

                // Not a piece but all of it; a model that calls many tools does not allocate for the others.
                using (var whole = JsonDocument.ParseValue(ref arguments))
                {
                    sink.Arguments(Count - 1, whole.RootElement.GetRawText());
                }

                _isWhole = true;
                break;
        }
    }

    /// <summary>Looks for the end of the JSON object that the arguments are.</summary>
    private void Follow(ReadOnlySpan<char> json)
    {
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
                    _isWhole |= --_depth == 0;
                    break;
            }

            json = json[(at + 1)..];
        }
    }

    private static bool Said(in Utf8JsonReader value) => value.TokenType == JsonTokenType.String && !value.ValueSpan.IsEmpty;

    private static bool Same(in Utf8JsonReader value, string text) => TextOf(value) == text;

    private static string TextOf(in Utf8JsonReader value)
    {
        var text = new char[value.ValueSpan.Length];
        return new string(text, 0, JsonText.Read(value, text));
    }

    private ref struct Piece
    {
        public int? Number;
        public Utf8JsonReader Id;
        public Utf8JsonReader Name;
        public Utf8JsonReader Arguments;

        /// <param name="reader">At the beginning of the object; afterwards at its end.</param>
        public void ReadFunction(ref Utf8JsonReader reader)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (JsonText.Is(reader, "name"u8))
                {
                    reader.Read();
                    Name = reader;
                }
                else if (JsonText.Is(reader, "arguments"u8))
                {
                    reader.Read();
                    Arguments = reader;
                }

                reader.Skip();
            }
        }
    }
}
