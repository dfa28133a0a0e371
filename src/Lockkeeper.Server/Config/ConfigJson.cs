using System.Collections;
using System.Reflection;
using System.Text.Json;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>A configuration as JSON, with the keys and words of the file and every default filled in. Of secrets it shows the places only.</summary>
internal static class ConfigJson
{
    public static void Write(Utf8JsonWriter json, LockkeeperConfig config) => WriteSection(json, config);

    private static void WriteSection(Utf8JsonWriter json, object section)
    {
        json.WriteStartObject();
        foreach (var property in ConfigProperty.Of(section.GetType()))
        {
            json.WritePropertyName(property.Key);
            WriteValue(json, property.Property.GetValue(section), property.Property.IsDefined(typeof(ConfidentialAttribute)));
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value, bool confidential)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case JsonFields fields:
                json.WriteStartObject();
                foreach (var (name, text) in fields)
                {
                    json.WritePropertyName(name);
                    if (SecretWords.IsNameOfOne(name))
                    {
                        json.WriteStringValue(SecretWords.Hidden);
                    }
                    else
                    {
                        json.WriteRawValue(text);
                    }
                }

                json.WriteEndObject();
                break;
            case IDictionary map:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName((string)entry.Key);
                    WriteValue(json, entry.Value, confidential);
                }

                json.WriteEndObject();
                break;
            case string text:
                json.WriteStringValue(confidential && !SecretSource.TryParse(text, out _, out _) ? SecretWords.Hidden : SecretWords.Shown(text, null));
                break;
            case IEnumerable list:
                json.WriteStartArray();
                string? before = null;
                foreach (var item in list)
                {
                    WriteValue(json, item is string word && !confidential ? SecretWords.Shown(word, before) : item, confidential);
                    before = item as string;
                }

                json.WriteEndArray();
                break;
            case { } nested when ConfigProperty.IsSection(nested.GetType()):
                WriteSection(json, nested);
                break;
            default:
                RecordJson.WriteScalar(json, value);
                break;
        }
    }
}
