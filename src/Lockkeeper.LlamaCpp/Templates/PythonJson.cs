using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>JSON as Python's <c>json.dumps</c> writes it, and so as the models read it in training: a space after each comma and colon, nothing escaped that need not be.</summary>
internal static class PythonJson
{
    /// <exception cref="InvalidOperationException">A text in it is not valid Unicode.</exception>
    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Append(value, text);
        return text.ToString();
    }

    private static void Append(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendAll(value.EnumerateObject(), '{', '}', text, member =>
                {
                    AppendString(member.Name, text);
                    text.Append(": ");
                    Append(member.Value, text);
                });
                break;
            case JsonValueKind.Array:
                AppendAll(value.EnumerateArray(), '[', ']', text, item => Append(item, text));
                break;
            case JsonValueKind.String:
                AppendString(value.GetString()!, text);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void AppendAll<T>(IEnumerable<T> items, char opens, char closes, StringBuilder text, Action<T> append)
    {
        text.Append(opens);
        foreach (var (index, item) in items.Index())
        {
            if (index > 0)
            {
                text.Append(", ");
            }

            append(item);
        }

        text.Append(closes);
    }

    private static void AppendString(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' or '\\' => text.Append('\\').Append(character),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }
}
