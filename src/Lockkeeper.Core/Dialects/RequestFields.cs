using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects;

/// <summary>
/// Reads typed fields of a request and keeps the first problem, with the path of the field at fault. An absent field and null are the same thing: clients send nulls for what they do not set.
/// </summary>
internal sealed class RequestFields
{
    private const int LongestQuote = 40;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = BodyPeek.MaxDepth };

    public RouterError? Problem { get; private set; }

    /// <summary>Parses a body and has its root read.</summary>
    /// <param name="body">A complete body, which a peek has found to be a JSON object.</param>
    /// <param name="read">Makes the result; what it returns does not count when a problem has been found.</param>
    public static Checked<T> Read<T>(in ReadOnlySequence<byte> body, Func<JsonElement, RequestFields, T> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            var fields = new RequestFields();
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return new RouterError.BodyInvalid("a JSON object is expected.");
            }

            var result = read(document.RootElement, fields);
            return fields.Problem is { } problem ? problem : result;
        }
        catch (JsonException wrong)
        {
            return new RouterError.BodyInvalid($"{wrong.Message.TrimEnd('.')}.");
        }
        catch (InvalidOperationException)
        {
            // A field's name can be half a surrogate pair; looking any field up trips over it.
            return new RouterError.BodyInvalid("it has a field whose name is not valid Unicode.");
        }
    }

    /// <param name="path">Where, as in <c>messages[2].content[0].type</c>.</param>
    /// <param name="what">The rest of a sentence that begins with the path.</param>
    public void Fail(string path, string what) => Problem ??= new RouterError.FieldInvalid(path, what);

    /// <summary>The field; null when it is absent or null.</summary>
    public static JsonElement? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The field; absent, it is a problem.</summary>
    public JsonElement? Required(JsonElement parent, string name, string path)
    {
        var found = Find(parent, name);
        if (found is null)
        {
            Fail(path, "is required.");
        }

        return found;
    }

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

        Fail(path ?? name, $"must be true or false, not {Describe(value)}.");
        return null;
    }

    public double? Number(JsonElement parent, string name, string? path = null)
    {
        if (Find(parent, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }

        Fail(path ?? name, $"must be a number, not {Describe(value)}.");
        return null;
    }

    /// <summary>1.0 and 1e2 are whole numbers too.</summary>
    public long? Integer(JsonElement parent, string name, string? path = null)
    {
        if (Find(parent, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var whole))
            {
                return whole;
            }

            var real = value.GetDouble();
            if (Math.Floor(real) == real && Math.Abs(real) < 9e18)
            {
                return (long)real;
            }
        }

        Fail(path ?? name, $"must be a whole number, not {Describe(value)}.");
        return null;
    }

    public string? Text(JsonElement parent, string name, string? path = null) => Find(parent, name) is { } value ? TextOf(value, path ?? name) : null;

    public string? TextOf(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(path, $"must be a string, not {Describe(value)}.");
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

    /// <summary>The field if it is an object; another type is a problem.</summary>
    public JsonElement? Object(JsonElement parent, string name, string? path = null) => Typed(parent, name, path ?? name, JsonValueKind.Object, "an object");

    /// <summary>The items of the field, with their paths; none when it is absent. Another type is a problem.</summary>
    public IEnumerable<(JsonElement Item, string Path)> Items(JsonElement parent, string name, string? path = null) =>
        Typed(parent, name, path ?? name, JsonValueKind.Array, "an array") is { } array ? ItemsOf(array, path ?? name) : [];

    /// <summary>The items of an array, with their paths.</summary>
    public static IEnumerable<(JsonElement Item, string Path)> ItemsOf(JsonElement array, string path) =>
        array.EnumerateArray().Index().Select(item => (item.Item, string.Create(CultureInfo.InvariantCulture, $"{path}[{item.Index}]")));

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

    private JsonElement? Typed(JsonElement parent, string name, string path, JsonValueKind kind, string described)
    {
        if (Find(parent, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == kind)
        {
            return value;
        }

        Fail(path, $"must be {described}, not {Describe(value)}.");
        return null;
    }
}
