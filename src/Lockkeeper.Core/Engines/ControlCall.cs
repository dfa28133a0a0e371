using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Core.Engines;

/// <summary>A call of an engine's control API with its placeholders filled in.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Body">JSON, or empty for none.</param>
internal sealed record ControlCall(string Method, string Path, ReadOnlyMemory<byte> Body)
{
    /// <summary>Placeholders that are names, whatever they look like: a model called 7 is no number.</summary>
    private static readonly string[] Names = [Placeholders.Id, Placeholders.Path, Placeholders.Instance, "{name}", "{dir}"];

    /// <param name="config">The call.</param>
    /// <param name="valueOf">The value of a placeholder, given with its braces; null when there is none.</param>
    /// <param name="call">The call, filled in.</param>
    /// <param name="missing">A placeholder of the path that has no value: without it the path would be another one.</param>
    public static bool TryFill(ControlCallConfig config, Func<string, string?> valueOf, [NotNullWhen(true)] out ControlCall? call, [NotNullWhen(false)] out string? missing)
    {
        call = null;
        var path = config.Path ?? "/";
        missing = Placeholders.In(path).FirstOrDefault(placeholder => valueOf(placeholder) is null);
        if (missing is not null)
        {
            return false;
        }

        var filled = Placeholders.FillCall(path, placeholder => Uri.EscapeDataString(valueOf(placeholder)!));
        call = new ControlCall(config.Method ?? "POST", filled, config.Body is { Count: > 0 } body ? Fill(body, valueOf) : default);
        return true;
    }

    private static byte[] Fill(JsonFields fields, Func<string, string?> valueOf)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                using var document = JsonDocument.Parse(value);
                Member(json, name, document.RootElement, valueOf);
            }

            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void Member(Utf8JsonWriter json, string name, JsonElement value, Func<string, string?> valueOf)
    {
        if (value.ValueKind == JsonValueKind.String && Placeholders.In(value.GetString()!).Any(placeholder => valueOf(placeholder) is null))
        {
            return;
        }

        json.WritePropertyName(name);
        Write(json, value, valueOf);
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, Func<string, string?> valueOf)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    Member(json, member.Name, member.Value, valueOf);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item, valueOf);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                Text(json, value.GetString()!, valueOf);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static void Text(Utf8JsonWriter json, string text, Func<string, string?> valueOf)
    {
        var placeholders = Placeholders.In(text);
        var filled = Placeholders.FillCall(text, placeholder => valueOf(placeholder) ?? "");
        if (placeholders is [var only] && only == text && !Names.Contains(only) && long.TryParse(filled, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            json.WriteNumberValue(number);
        }
        else if (placeholders is [var one] && one == text && !Names.Contains(one) && IsDecimal(filled))
        {
            json.WriteRawValue(filled);
        }
        else
        {
            json.WriteStringValue(filled);
        }
    }

    /// <summary>As JSON writes them: neither hexadecimal nor infinite.</summary>
    private static bool IsDecimal(string text)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.BytesConsumed == text.Length && reader.TryGetDouble(out var number) && double.IsFinite(number);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
