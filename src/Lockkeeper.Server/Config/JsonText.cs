using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lockkeeper.Server.Config;

/// <summary>What a piece of YAML means as JSON: unquoted numbers, <c>true</c>, <c>false</c> and <c>null</c> are themselves, all else is text.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(ConfigNode node)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, Unescaped))
        {
            Write(json, node);
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, ConfigNode node)
    {
        switch (node)
        {
            case ConfigNode.Mapping mapping:
                json.WriteStartObject();
                foreach (var entry in mapping.Entries)
                {
                    json.WritePropertyName(entry.Key);
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            case ConfigNode.Sequence list:
                json.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case ConfigNode.Scalar scalar:
                Write(json, scalar);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, ConfigNode.Scalar scalar)
    {
        switch (scalar)
        {
            case { IsNothing: true }:
                json.WriteNullValue();
                break;
            case { Quoted: false, Text: "true" or "false" }:
                json.WriteBooleanValue(scalar.Text == "true");
                break;
            case { Quoted: false } when IsNumber(scalar.Text):
                json.WriteRawValue(scalar.Text);
                break;
            default:
                json.WriteStringValue(scalar.Text);
                break;
        }
    }

    /// <summary>A number to JSON; to YAML some more things are, which stay text.</summary>
    private static bool IsNumber(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return false;
        }

        try
        {
            using var parsed = JsonDocument.Parse(text);
            return parsed.RootElement.ValueKind == JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
