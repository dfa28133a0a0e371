using System.Globalization;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>
/// Reads typed fields of a request body and keeps the first problem. An absent field and null are the same thing: clients send nulls for what they do not set.
/// </summary>
internal sealed class JsonFields
{
    private const int LongestQuote = 40;

    public ApiError? Problem { get; private set; }

    public void Fail(string path, string message, string code = "invalid_value") => Problem ??= ApiError.Invalid(code, $"'{path}' {message}", path);

    /// <summary>The field, or null when it is absent.</summary>
    public static JsonElement? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public bool? Boolean(JsonElement parent, string name, string? path = null)
    {
        if (Find(parent, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Fail(path ?? name, $"must be true or false, not {Describe(value)}.", "invalid_type");
        return null;
    }

    public float? Number(JsonElement parent, string name, double least, double most, string? path = null)
    {
        if (Find(parent, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            Fail(path ?? name, $"must be a number, not {Describe(value)}.", "invalid_type");
            return null;
        }

        var number = value.GetDouble();
        if (number >= least && number <= most)
        {
            return (float)number;
        }

        Fail(path ?? name, string.Create(CultureInfo.InvariantCulture, $"must be {Range(least, most, float.MaxValue)}, not {Describe(value)}."));
        return null;
    }

    public long? Integer(JsonElement parent, string name, long least, long most = int.MaxValue)
    {
        if (Find(parent, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || value.GetDouble() is var real && Math.Floor(real) != real)
        {
            Fail(name, $"must be a whole number, not {Describe(value)}.", "invalid_type");
            return null;
        }

        // 1.0 and 1e2 are whole numbers to JSON, but not to TryGetInt64.
        if (value.TryGetInt64(out var number) ? number >= least && number <= most : value.GetDouble() >= least && value.GetDouble() < most)
        {
            return value.TryGetInt64(out number) ? number : (long)value.GetDouble();
        }

        Fail(name, string.Create(CultureInfo.InvariantCulture, $"must be {Range(least, most, int.MaxValue)}, not {Describe(value)}."));
        return null;
    }

    public string? Text(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(path, $"must be a string, not {Describe(value)}.", "invalid_type");
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8: JSON's grammar allows what text does not.
            Fail(path, "is not valid Unicode.");
            return null;
        }
    }

    /// <summary>A field that has to be there and to be a string.</summary>
    public string? RequiredText(JsonElement parent, string name, string path)
    {
        if (Find(parent, name) is { } value)
        {
            return Text(value, $"{path}.{name}");
        }

        Fail($"{path}.{name}", "is required.", "missing_required_parameter");
        return null;
    }

    /// <summary>A field that has to be there and to be an object, of a parent that has to be one too.</summary>
    public JsonElement? Object(JsonElement parent, string name, string path)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            Fail(path, $"must be an object, not {Describe(parent)}.", "invalid_type");
            return null;
        }

        if (Find(parent, name) is not { } value)
        {
            Fail($"{path}.{name}", "is required.", "missing_required_parameter");
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return value;
        }

        Fail($"{path}.{name}", $"must be an object, not {Describe(value)}.", "invalid_type");
        return null;
    }

    /// <summary>A value as the models read JSON.</summary>
    public string Json(JsonElement value, string path)
    {
        try
        {
            return PythonJson.Write(value);
        }
        catch (InvalidOperationException)
        {
            Fail(path, "holds a text that is not valid Unicode.");
            return "";
        }
    }

    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.GetRawText() is { Length: <= LongestQuote } number ? number : "a number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "null",
    };

    /// <summary>A client's own words in an error message, kept short.</summary>
    public static string Quote(string text) => text.Length <= LongestQuote ? $"'{text}'" : $"'{text[..LongestQuote]}…'";

    private static string Range(double least, double most, double unlimited) => most >= unlimited
        ? string.Create(CultureInfo.InvariantCulture, $"{least} or more")
        : string.Create(CultureInfo.InvariantCulture, $"between {least} and {most}");
}
