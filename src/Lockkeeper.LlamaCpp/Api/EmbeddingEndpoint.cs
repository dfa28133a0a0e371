using System.Buffers.Binary;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary><c>POST /v1/embeddings</c>: a vector of length 1 for each text. A model that does not say how gets the mean of its tokens' vectors.</summary>
internal sealed class EmbeddingEndpoint(Decoder decoder, string modelId) : ModelEndpoint<EmbeddingRequest>(decoder)
{
    protected override EmbeddingRequest Read(JsonElement root, JsonFields fields) => EmbeddingRequest.Read(root, fields);

    protected override async Task<ApiError?> AnswerAsync(HttpContext context, LoadedModel model, EmbeddingRequest request)
    {
        if (Unsuited(request, model) is { } unsuited)
        {
            return unsuited;
        }

        List<int[]> inputs = [];
        foreach (var input in request.Inputs)
        {
            var (tokens, problem) = input.Tokenise(model, isWhole: true, model.ContextSize);
            if (problem is not null)
            {
                return problem;
            }

            inputs.Add(tokens);
        }

        var result = await Decoder.Post(inputs, context.RequestAborted).Result;
        if (result.Failure is { } failure)
        {
            return Delivery.Describe(failure);
        }

        var count = inputs.Sum(input => input.Length);
        await JsonReply.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, result.Vectors, request.IsBase64, count));
        return null;
    }

    private static ApiError? Unsuited(EmbeddingRequest request, LoadedModel model)
    {
        if (model.Pooling == Pooling.Rank)
        {
            return ApiError.Invalid("unsupported_value", "This model ranks documents; it makes no embeddings.", "model");
        }

        // A vector may be cut only if the model was trained for that, which its file does not say.
        return request.Dimensions is { } wanted && wanted != model.EmbeddingWidth
            ? ApiError.Invalid("unsupported_value", $"'dimensions' is {wanted}, but the vectors of this model have {model.EmbeddingWidth} and are not shortened.", "dimensions")
            : null;
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool isBase64)
    {
        if (isBase64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            }

            json.WriteBase64String("embedding"u8, bytes);
            return;
        }

        json.WriteStartArray("embedding"u8);
        Array.ForEach(vector, json.WriteNumberValue);
        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, IReadOnlyList<float[]> vectors, bool isBase64, int tokens)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var (index, vector) in vectors.Index())
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, index);
            WriteVector(json, vector, isBase64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, modelId);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, tokens);
        json.WriteNumber("total_tokens"u8, tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
