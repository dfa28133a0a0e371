using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>Makes a function of a freeform tool (<c>custom</c>), whose input is one text: engines that are asked in another dialect know nothing but functions.</summary>
internal static class FreeformTool
{
    /// <summary>Reads what there is to a tool besides its name.</summary>
    public static ToolSpec Read(string name, JsonElement item, string path, RequestFields fields) =>
        new(name, fields.Text(item, "description", $"{path}.description"), Parameters(InputWanted(item, $"{path}.format", fields)));

    private static string InputWanted(JsonElement item, string path, RequestFields fields)
    {
        const string Any = "All of the tool's input, as one text.";
        if (fields.Object(item, "format", path) is not { } format || fields.Text(format, "type", $"{path}.type") != "grammar"
            || fields.Text(format, "definition", $"{path}.definition") is not { Length: > 0 } definition)
        {
            return Any;
        }

        var syntax = fields.Text(format, "syntax", $"{path}.syntax") switch
        {
            "lark" => "this Lark grammar",
            "regex" => "this regular expression",
            { Length: > 0 } other => $"this grammar ({other})",
            _ => "this grammar",
        };
        return $"{Any} It must fit {syntax}:\n{definition}";
    }

    private static string Parameters(string wanted)
    {
        var schema = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(schema, JsonStyle.Readable))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "object"u8);
            json.WriteStartObject("properties"u8);
            json.WriteStartObject("input"u8);
            json.WriteString("type"u8, "string"u8);
            json.WriteString("description"u8, wanted);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("required"u8);
            json.WriteStringValue("input"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(schema.WrittenSpan);
    }
}
