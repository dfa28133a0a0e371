using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Readiness;

/// <summary>The smallest request that makes a model work.</summary>
internal static class OneTokenRequest
{
    /// <summary>Null for a model whose smallest work is none: speech, pictures.</summary>
    public static ControlCall? For(ModelSpec model)
    {
        var id = $"\"{JsonEncodedText.Encode(model.Id.Value)}\"";
        return model.Type switch
        {
            ModelType.Chat => Of("/v1/chat/completions", $$"""{"model":{{id}},"messages":[{"role":"user","content":"Hi"}],"max_tokens":1}"""),
            ModelType.Embedding => Of("/v1/embeddings", $$"""{"model":{{id}},"input":"Hi"}"""),
            ModelType.Rerank => Of("/v1/rerank", $$"""{"model":{{id}},"query":"Hi","documents":["Hi"]}"""),
            _ => null,
        };
    }

    private static ControlCall Of(string path, string body) => new("POST", path, Encoding.UTF8.GetBytes(body));
}
