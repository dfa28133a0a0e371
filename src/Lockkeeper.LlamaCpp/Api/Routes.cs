using Lockkeeper.LlamaCpp.Inference;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Everything the engine answers to. So few routes need no router, and a process that is started on demand should not wait for one.</summary>
internal sealed class Routes(Decoder decoder, string modelId, TimeProvider time)
{
    private readonly Dictionary<string, RequestDelegate> _posts = new(StringComparer.Ordinal)
    {
        ["/v1/chat/completions"] = new ChatEndpoint(decoder, modelId, time).HandleAsync,
        ["/v1/completions"] = new CompletionEndpoint(decoder, modelId, time).HandleAsync,
        ["/v1/embeddings"] = new EmbeddingEndpoint(decoder, modelId).HandleAsync,
        ["/tokenize"] = new TokenizeEndpoint(decoder).HandleAsync,
        ["/detokenize"] = new DetokenizeEndpoint(decoder).HandleAsync,
        ["/apply-template"] = new TemplateEndpoint(decoder).HandleAsync,
    };

    private readonly long _started = time.GetUtcNow().ToUnixTimeSeconds();

    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        return request.Path.Value switch
        {
            "/health" => When(HttpMethods.IsGet(request.Method), "GET", context, HealthAsync),
            "/v1/models" => When(HttpMethods.IsGet(request.Method), "GET", context, ModelsAsync),
            { } path when _posts.TryGetValue(path, out var handle) => When(HttpMethods.IsPost(request.Method), "POST", context, handle),
            _ => JsonReply.RefuseAsync(context, new ApiError(404, "invalid_request_error", "unknown_route",
                $"There is no {request.Method} {request.Path} here. The built-in engine serves GET /health, GET /v1/models and POST {string.Join(", ", _posts.Keys)}.")),
        };
    }

    private static Task When(bool isAllowed, string allowed, HttpContext context, RequestDelegate handle)
    {
        if (isAllowed)
        {
            return handle(context);
        }

        context.Response.Headers.Allow = allowed;
        return JsonReply.RefuseAsync(context, new ApiError(405, "invalid_request_error", "method_not_allowed", $"{context.Request.Path} takes {allowed}."));
    }

    private Task HealthAsync(HttpContext context)
    {
        var isReady = decoder.Loaded.IsCompletedSuccessfully;
        return JsonReply.WriteAsync(context, isReady ? 200 : 503, json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, isReady ? "ok"u8 : "loading model"u8);
            json.WriteEndObject();
        });
    }

    private async Task ModelsAsync(HttpContext context)
    {
        // A model that is listed must be one that can be asked: routers take this list for readiness.
        if (!decoder.Loaded.IsCompletedSuccessfully)
        {
            await JsonReply.RefuseAsync(context, ApiError.Loading);
            return;
        }

        var facts = (await decoder.Loaded).Facts;
        await JsonReply.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            json.WriteStartObject();
            json.WriteString("id"u8, modelId);
            json.WriteString("object"u8, "model"u8);
            json.WriteNumber("created"u8, _started);
            json.WriteString("owned_by"u8, "lockkeeper"u8);
            json.WriteStartObject("meta"u8);
            json.WriteNumber("n_ctx"u8, facts.ContextSize);
            json.WriteNumber("n_ctx_train"u8, facts.TrainedContext);
            json.WriteNumber("n_vocab"u8, facts.VocabularySize);
            json.WriteNumber("n_params"u8, facts.ParameterCount);
            json.WriteNumber("size"u8, facts.SizeInBytes);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
