using System.Text.Json;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>An item of a list of tool calls: a call, or a piece of one.</summary>
internal ref struct CallPiece
{
    /// <summary>The call's; null where the engine gives none.</summary>
    public int? Number;
    public Utf8JsonReader Id;
    public Utf8JsonReader Name;
    public Utf8JsonReader Arguments;

    /// <summary>Whether it says nothing of a call but which one it is.</summary>
    public readonly bool IsBlank => Arguments.TokenType != JsonTokenType.StartObject && (!Says(Arguments) || Text(Arguments).AsSpan().IsWhiteSpace());

    /// <param name="reader">At the beginning of the item; afterwards at its end.</param>
    public static CallPiece Read(ref Utf8JsonReader reader)
    {
        var piece = default(CallPiece);
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

        return piece;
    }

    /// <param name="reader">At the beginning of <c>function</c>; afterwards at its end.</param>
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

    /// <summary>Whether a value is there, and is not empty.</summary>
    public static bool Says(in Utf8JsonReader value) => value.TokenType == JsonTokenType.String && !value.ValueSpan.IsEmpty;

    /// <summary>Whether a value is this text. Engines that repeat id and name with every piece cost no memory for it.</summary>
    public static bool Is(in Utf8JsonReader value, string text) => value.ValueIsEscaped ? Text(value) == text : value.ValueTextEquals(text);

    public static string Text(in Utf8JsonReader value)
    {
        var text = new char[value.ValueSpan.Length];
        return new string(text, 0, JsonText.Read(value, text));
    }
}
