using System.Text;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>A text, or the tokens of one.</summary>
/// <param name="Field">Where it stands in the request.</param>
/// <param name="Text">Null when it came as tokens.</param>
/// <param name="Tokens">Null when it came as text.</param>
internal sealed record TextInput(string Field, string? Text, int[]? Tokens)
{
    private const int MostInputs = 2048;

    /// <summary>A string, an array of strings, an array of token ids, or an array of such arrays.</summary>
    public static IReadOnlyList<TextInput> Read(JsonElement root, string name, JsonFields fields)
    {
        if (JsonFields.Find(root, name) is not { } value)
        {
            fields.Fail(name, "is required: a string, an array of strings, or an array of token ids.", "missing_required_parameter");
            return [];
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return [new TextInput(name, fields.Text(value, name), null)];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            fields.Fail(name, $"must be a string, an array of strings, or an array of token ids, not {JsonFields.Describe(value)}.", "invalid_type");
            return [];
        }

        if (value.GetArrayLength() == 0)
        {
            fields.Fail(name, "must not be empty.");
            return [];
        }

        if (value[0].ValueKind == JsonValueKind.Number)
        {
            return [new TextInput(name, null, ReadTokens(value, name, fields))];
        }

        if (value.GetArrayLength() > MostInputs)
        {
            fields.Fail(name, $"may have {MostInputs} inputs at most, not {value.GetArrayLength()}.");
            return [];
        }

        return [.. value.EnumerateArray().Index().Select(item => ReadItem(item.Item, $"{name}[{item.Index}]", fields))];
    }

    public static int[] ReadTokens(JsonElement value, string path, JsonFields fields)
    {
        var tokens = new int[value.GetArrayLength()];
        foreach (var (index, item) in value.EnumerateArray().Index())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out tokens[index]) || tokens[index] < 0)
            {
                fields.Fail($"{path}[{index}]", $"must be a token id, not {JsonFields.Describe(item)}.", "invalid_type");
                break;
            }
        }

        return tokens;
    }

    /// <param name="model">Whose tokens.</param>
    /// <param name="isWhole">Nothing follows this text, and control tokens in it are text.</param>
    /// <param name="room">Tokens it may have.</param>
    public (int[] Tokens, ApiError? Problem) Tokenise(LoadedModel model, bool isWhole, int room)
    {
        if (Tokens is not null)
        {
            return Strange(Tokens, model, Field) is { } strange ? ([], strange) : Prompt.Check(Tokens, model, Field, room);
        }

        var (tokens, problem) = Prompt.Tokenise([new PromptPart(Encoding.UTF8.GetBytes(Text!), IsMarkup: !isWhole)], model, Field, room);
        return problem is null && isWhole ? Prompt.Check(model.Vocabulary.Ended(tokens), model, Field, room) : (tokens, problem);
    }

    /// <summary>Ids that the model has no token for.</summary>
    public static ApiError? Strange(int[] tokens, LoadedModel model, string field)
    {
        var at = Array.FindIndex(tokens, token => token >= model.Vocabulary.Count);
        return at < 0 ? null : ApiError.Invalid("invalid_value", $"'{field}[{at}]' is {tokens[at]}, but this model has {model.Vocabulary.Count} tokens.", $"{field}[{at}]");
    }

    private static TextInput ReadItem(JsonElement item, string path, JsonFields fields)
    {
        if (item.ValueKind == JsonValueKind.Array)
        {
            return new TextInput(path, null, ReadTokens(item, path, fields));
        }

        return new TextInput(path, fields.Text(item, path), null);
    }
}
