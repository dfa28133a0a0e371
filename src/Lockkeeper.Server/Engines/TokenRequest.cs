using System.Globalization;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines;

/// <summary>The cheapest request that makes a model work.</summary>
internal static class TokenRequest
{
    /// <summary>Null for models whose cheapest work is not cheap: speech, pictures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">How many it generates, where it generates any.</param>
    public static ControlCall? For(ModelSpec model, int tokens)
    {
        var id = $"\"{JsonEncodedText.Encode(model.AskedAs)}\"";
        return model.Type switch
        {
            ModelType.Chat => Post("/v1/chat/completions", string.Create(CultureInfo.InvariantCulture,
                $$"""{"model":{{id}},"messages":[{"role":"user","content":"Hi"}],"max_tokens":{{tokens}}}""")),
            ModelType.Embedding => Post("/v1/embeddings", $$"""{"model":{{id}},"input":"Hi"}"""),
            ModelType.Rerank => Post("/v1/rerank", $$"""{"model":{{id}},"query":"Hi","documents":["Hi"]}"""),
            _ => null,
        };
    }

    private static ControlCall Post(string path, string body) => new("POST", path, Encoding.UTF8.GetBytes(body));
}
