using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>What of a <c>POST /v1/embeddings</c> body is understood. Everything else in it is ignored.</summary>
/// <param name="Inputs">The texts.</param>
/// <param name="IsBase64">Vectors are wanted as base64 of little-endian floats, not as numbers.</param>
/// <param name="Dimensions">How many numbers a vector should have; null for all there are.</param>
internal sealed record EmbeddingRequest(IReadOnlyList<TextInput> Inputs, bool IsBase64, int? Dimensions)
{
    public static EmbeddingRequest Read(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Find(root, "model") is { } model)
        {
            fields.Text(model, "model");
        }

        var format = JsonFields.Find(root, "encoding_format") is { } value ? fields.Text(value, "encoding_format") : null;
        if (format is not (null or "float" or "base64"))
        {
            fields.Fail("encoding_format", $"is {JsonFields.Quote(format)}; it is float or base64.", "unsupported_value");
        }

        return new EmbeddingRequest(TextInput.Read(root, "input", fields), format == "base64", (int?)fields.Integer(root, "dimensions", 1));
    }
}
