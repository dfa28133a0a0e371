using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Liveness;

/// <summary>The cheapest request that makes a model work.</summary>
/// <param name="Path">Where it goes.</param>
/// <param name="Body">Its JSON.</param>
internal readonly record struct TokenRequest(string Path, string Body)
{
    /// <summary>Null for models whose cheapest work is not cheap: speech, pictures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">How many it generates, where it generates any.</param>
    public static TokenRequest? For(ModelSpec model, int tokens)
    {
        var id = $"\"{JsonEncodedText.Encode(model.AskedAs)}\"";
        return model.Type switch
        {
            ModelType.Chat => new("/v1/chat/completions", string.Create(CultureInfo.InvariantCulture,
                $$"""{"model":{{id}},"messages":[{"role":"user","content":"Hi"}],"max_tokens":{{tokens}}}""")),
            ModelType.Embedding => new("/v1/embeddings", $$"""{"model":{{id}},"input":"Hi"}"""),
            ModelType.Rerank => new("/v1/rerank", $$"""{"model":{{id}},"query":"Hi","documents":["Hi"]}"""),
            _ => null,
        };
    }
}
