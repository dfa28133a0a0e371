using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>A call of a tool as a model wrote it.</summary>
/// <param name="Name">Of the tool.</param>
/// <param name="Arguments">A JSON object, as it was written.</param>
internal sealed record LeakedCall(string Name, string Arguments)
{
    /// <summary>The calls in a JSON object, or in an array of them: members <c>name</c>, and <c>arguments</c> or <c>parameters</c>. Null where it is not JSON, or something else.</summary>
    /// <param name="json">The text.</param>
    /// <param name="needsArguments">Whether one without arguments is something else.</param>
    public static List<LeakedCall>? Parse(ReadOnlySpan<char> json, bool needsArguments)
    {
        try
        {
            using var document = JsonDocument.Parse(json.ToString());
            var calls = new List<LeakedCall>();
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                return Add(document.RootElement, needsArguments, calls) ? calls : null;
            }

            return document.RootElement.EnumerateArray().All(item => Add(item, needsArguments, calls)) && calls.Count > 0 ? calls : null;
        }
        catch (Exception wrong) when (IsWrongJson(wrong))
        {
            return null;
        }
    }

    /// <summary>Whether a text is a JSON object.</summary>
    public static bool IsObject(ReadOnlySpan<char> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json.ToString());
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (Exception wrong) when (IsWrongJson(wrong))
        {
            return false;
        }
    }

    /// <summary>Half of a surrogate pair is not a JSON error but one of the text, and of the string when it was escaped.</summary>
    private static bool IsWrongJson(Exception wrong) => wrong is JsonException or ArgumentException or InvalidOperationException;

    private static bool Add(JsonElement item, bool needsArguments, List<LeakedCall> calls)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        if (!item.TryGetProperty("arguments", out var arguments) && !item.TryGetProperty("parameters", out arguments))
        {
            calls.Add(new LeakedCall(name.GetString()!, "{}"));
            return !needsArguments;
        }

        // Some models put the object into a string, as OpenAI's API has it.
        var text = arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : arguments.GetRawText();
        calls.Add(new LeakedCall(name.GetString()!, text));
        return arguments.ValueKind == JsonValueKind.Object || IsObject(text);
    }
}
