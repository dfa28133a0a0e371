using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects;

/// <summary>Arguments of a call where they stand as JSON and not as text.</summary>
internal static class ToolInput
{
    /// <summary>Writes the arguments for a client: what a model wrote that is no JSON object is a string, so that the client sees it.</summary>
    public static void WriteForClient(Utf8JsonWriter json, string arguments)
    {
        if (IsNothing(arguments))
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
        else if (IsObject(arguments))
        {
            json.WriteRawValue(arguments, skipInputValidation: true);
        }
        else
        {
            json.WriteStringValue(arguments);
        }
    }

    /// <summary>Writes the arguments for an engine, which takes nothing but objects.</summary>
    public static void WriteForEngine(Utf8JsonWriter json, string arguments)
    {
        if (IsNothing(arguments) || IsObject(arguments))
        {
            WriteForClient(json, arguments);
            return;
        }

        json.WriteStartObject();
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
    }

    /// <summary>Whether a text is one JSON object.</summary>
    public static bool IsObject(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = BodyPeek.MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsNothing(string arguments) => string.IsNullOrWhiteSpace(arguments);
}
