using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Config;

/// <summary>What a piece of YAML means as JSON: unquoted numbers, <c>true</c>, <c>false</c> and <c>null</c> are themselves, all else is text.
/// <c>False</c> and <c>.5</c> are to every other reader of YAML what they look like; as text they would be true to a chat template, and refused by engines.</summary>
internal static partial class YamlAsJson
{
    public static string Of(ConfigNode node)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, JsonStyle.Readable))
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
            case { Quoted: false, Text: "true" or "True" or "TRUE" or "false" or "False" or "FALSE" }:
                json.WriteBooleanValue(scalar.Text[0] is 't' or 'T');
                break;
            case { Quoted: false } when Number(scalar.Text) is { } number:
                json.WriteRawValue(number);
                break;
            default:
                json.WriteStringValue(scalar.Text);
                break;
        }
    }

    /// <summary>The number that YAML takes it for, as JSON writes one; null for text. Nothing that some readers take for octal, and nothing that JSON cannot say.</summary>
    private static string? Number(string text)
    {
        if (Decimal().Match(text) is not { Success: true } number || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            return null;
        }

        var (whole, fraction) = (number.Groups["whole"].Value, number.Groups["fraction"]);
        return whole.Length + fraction.Length == 0 ? null
            : string.Concat(number.Groups["minus"].Value, whole.Length > 0 ? whole : "0", fraction.Success ? $".{(fraction.Length > 0 ? fraction.Value : "0")}" : "", number.Groups["power"].Value);
    }

    [GeneratedRegex(@"\A(?:\+|(?<minus>-))?(?<whole>0|[1-9][0-9]*)?(?:\.(?<fraction>[0-9]*))?(?<power>[eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant, 10_000)]
    private static partial Regex Decimal();
}
