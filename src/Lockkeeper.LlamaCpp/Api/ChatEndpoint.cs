using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(Decoder decoder, string modelId, TimeProvider time) : ModelEndpoint<ChatRequest>(decoder)
{
    protected override ChatRequest Read(JsonElement root, JsonFields fields) => ChatRequestReader.Read(root, fields);

    protected override async Task<ApiError?> AnswerAsync(HttpContext context, LoadedModel model, ChatRequest request)
    {
        var (parts, unsuited) = Prompt.Render(request.Conversation, model);
        if (parts is null)
        {
            return unsuited;
        }

        var (prompt, problem) = Prompt.Tokenise(parts, model, "messages", model.ContextSize - 1);
        if ((problem ?? GrammarCheck.Problem(request.Grammar, model)) is { } refusal)
        {
            return refusal;
        }

        var wanted = request.Generation;
        var generation = Decoder.Post(
            new GenerationRequest
            {
                Prompt = prompt,
                Sampling = wanted.Sampling,
                MaxTokens = wanted.MaxTokens,
                Stops = [.. wanted.Stops, .. model.Template!.Stops],
                Grammar = request.Grammar,
            },
            context.RequestAborted);
        var answer = new ChatAnswer($"chatcmpl-{Guid.CreateVersion7(time.GetUtcNow()):N}", modelId, time.GetUtcNow().ToUnixTimeSeconds());
        await (wanted.Stream ? Delivery.StreamAsync(context, generation, answer, wanted.IncludeUsage) : Delivery.CollectAsync(context, generation, answer));
        return null;
    }
}
