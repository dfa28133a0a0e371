using System.Text.Json;
using Lockkeeper.LlamaCpp.Grammars;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Reads what an answer has to look like: <c>response_format</c>, llama.cpp's <c>json_schema</c> and <c>grammar</c>, and the calls that have to be made.</summary>
internal static class GrammarReader
{
    private const int LongestGrammar = 64 * 1024;

    /// <summary>llama.cpp's parser recurses.</summary>
    private const int DeepestGrammar = 64;

    /// <returns>GBNF; null for any answer.</returns>
    public static string? Read(JsonElement root, ToolUse tools, JsonFields fields)
    {
        try
        {
            var own = ReadGrammar(root, fields);
            var formats = ((string Name, JsonElement? Value)[])[("response_format", JsonFields.Find(root, "response_format")), ("json_schema", JsonFields.Find(root, "json_schema"))];
            var given = formats.Where(format => format.Value is not null && !IsText(format.Value.Value)).Select(format => format.Name).ToList();
            if (given.Count + (own is null ? 0 : 1) > 1 || (own is not null && tools.Forced.Count > 0))
            {
                fields.Fail(own is null ? "json_schema" : "grammar", "cannot be combined with another field that says what the answer has to look like.");
                return null;
            }

            return own ?? Build(root, given, tools, fields);
        }
        catch (SchemaException exception)
        {
            fields.Fail("tools", $"has a strict function with parameters that cannot be enforced: '{exception.Place}' {exception.Message}", "unsupported_value");
            return null;
        }
    }

    private static string? Build(JsonElement root, List<string> given, ToolUse tools, JsonFields fields)
    {
        var grammar = new AnswerGrammar();
        if (tools.Forced.Count > 0)
        {
            return grammar.AllowCalls(tools.Forced, tools.IsOneCall).Build();
        }

        if (given.Count == 0)
        {
            return ReadFormat(root, grammar, fields) ? grammar.Build() : null;
        }

        var isRead = given[0] == "json_schema" ? AllowSchema(JsonFields.Find(root, "json_schema")!.Value, "json_schema", grammar, fields) : ReadFormat(root, grammar, fields);
        if (isRead && tools.Offered.Count > 0)
        {
            grammar.AllowCalls(tools.Offered, tools.IsOneCall);
        }

        return isRead ? grammar.Build() : null;
    }

    private static bool IsText(JsonElement format) =>
        format.ValueKind == JsonValueKind.Object && JsonFields.Find(format, "type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("text"u8);

    private static bool ReadFormat(JsonElement root, AnswerGrammar grammar, JsonFields fields)
    {
        const string Name = "response_format";
        if (JsonFields.Find(root, Name) is not { } format)
        {
            return false;
        }

        if (format.ValueKind != JsonValueKind.Object)
        {
            fields.Fail(Name, $"must be an object, not {JsonFields.Describe(format)}.", "invalid_type");
            return false;
        }

        switch (fields.RequiredText(format, "type", Name))
        {
            case null or "text":
                return false;
            case "json_object" when JsonFields.Find(format, "schema") is { } schema:
                return AllowSchema(schema, $"{Name}.schema", grammar, fields);
            case "json_object":
                grammar.AllowObject();
                return true;
            case "json_schema":
                return ReadSchema(format, grammar, fields);
            case { } other:
                fields.Fail($"{Name}.type", $"is {JsonFields.Quote(other)}; it is text, json_object or json_schema.", "unsupported_value");
                return false;
        }
    }

    private static bool ReadSchema(JsonElement format, AnswerGrammar grammar, JsonFields fields)
    {
        const string At = "response_format.json_schema";
        if (fields.Object(format, "json_schema", "response_format") is not { } described)
        {
            return false;
        }

        if (JsonFields.Find(described, "name") is { } name)
        {
            fields.Text(name, $"{At}.name");
        }

        fields.Boolean(described, "strict", $"{At}.strict");
        if (JsonFields.Find(described, "schema") is not { } schema)
        {
            fields.Fail($"{At}.schema", "is required.", "missing_required_parameter");
            return false;
        }

        return AllowSchema(schema, $"{At}.schema", grammar, fields);
    }

    private static bool AllowSchema(JsonElement schema, string path, AnswerGrammar grammar, JsonFields fields)
    {
        try
        {
            grammar.AllowSchema(schema);
            return true;
        }
        catch (SchemaException exception)
        {
            fields.Fail(exception.Place.Length == 0 ? path : $"{path}.{exception.Place}", exception.Message, "unsupported_value");
            return false;
        }
    }

    private static string? ReadGrammar(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Find(root, "grammar") is not { } value || fields.Text(value, "grammar") is not { Length: > 0 } grammar)
        {
            return null;
        }

        if (grammar.Length > LongestGrammar)
        {
            fields.Fail("grammar", $"may have {LongestGrammar} characters at most, not {grammar.Length}.");
        }
        else if (Depth(grammar) > DeepestGrammar)
        {
            fields.Fail("grammar", $"is nested deeper than {DeepestGrammar} parentheses.");
        }

        return grammar;
    }

    /// <summary>Counts those inside of quotes too: a grammar that has so many of them there is none that people write.</summary>
    private static int Depth(string grammar)
    {
        var (depth, deepest) = (0, 0);
        foreach (var character in grammar)
        {
            depth += character switch { '(' => 1, ')' => -1, _ => 0 };
            depth = Math.Max(depth, 0);
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }
}
