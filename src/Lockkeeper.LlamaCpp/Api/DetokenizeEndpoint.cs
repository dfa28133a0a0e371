using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary><c>POST /detokenize</c>. The text has both names: llama.cpp's clients read <c>content</c>, vLLM's <c>prompt</c>.</summary>
internal sealed class DetokenizeEndpoint(Decoder decoder) : ModelEndpoint<int[]>(decoder)
{
    private const string Name = "tokens";

    protected override int[] Read(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Find(root, Name) is not { } tokens)
        {
            fields.Fail(Name, "is required.", "missing_required_parameter");
            return [];
        }

        if (tokens.ValueKind == JsonValueKind.Array)
        {
            return TextInput.ReadTokens(tokens, Name, fields);
        }

        fields.Fail(Name, $"must be an array of token ids, not {JsonFields.Describe(tokens)}.", "invalid_type");
        return [];
    }

    protected override async Task<ApiError?> AnswerAsync(HttpContext context, LoadedModel model, int[] request)
    {
        if (TextInput.Strange(request, model, Name) is { } strange)
        {
            return strange;
        }

        var text = model.Vocabulary.Text(request);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("content"u8, text);
            json.WriteString("prompt"u8, text);
            json.WriteEndObject();
        });
        return null;
    }
}
