using System.Collections;
using System.Text.Json;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>Records of a configuration as JSON, by the keys and values of the file. What is not said is left out.</summary>
internal static class RecordJson
{
    public static void Write(Utf8JsonWriter json, object section)
    {
        json.WriteStartObject();
        foreach (var property in ConfigProperty.Of(section.GetType()))
        {
            if (property.Property.GetValue(section) is { } value && value is not ICollection { Count: 0 } and not JsonFields { Count: 0 })
            {
                json.WritePropertyName(property.Key);
                WriteValue(json, value);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case JsonFields fields:
                json.WriteStartObject();
                foreach (var field in fields)
                {
                    json.WritePropertyName(field.Key);
                    json.WriteRawValue(field.Value);
                }

                json.WriteEndObject();
                break;
            case IDictionary map:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName((string)entry.Key);
                    WriteValue(json, entry.Value!);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    WriteValue(json, item!);
                }

                json.WriteEndArray();
                break;
            case { } section when ConfigProperty.IsSection(section.GetType()):
                Write(json, section);
                break;
            default:
                WriteScalar(json, value);
                break;
        }
    }

    /// <summary>Writes a value that is neither text nor made of others.</summary>
    public static void WriteScalar(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case TimeSpan duration:
                json.WriteStringValue(HumanDuration.Format(duration));
                break;
            case Enum word:
                json.WriteStringValue(JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()));
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
