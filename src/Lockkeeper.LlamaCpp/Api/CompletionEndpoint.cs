using System.Text;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Templates;
using Microsoft.AspNetCore.Http;
using Decoder = Lockkeeper.LlamaCpp.Inference.Decoder;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary><c>POST /v1/completions</c>: goes on with a text, which may hold control tokens.</summary>
internal sealed class CompletionEndpoint(Decoder decoder, string modelId, TimeProvider time) : ModelEndpoint<CompletionRequest>(decoder)
{
    protected override CompletionRequest Read(JsonElement root, JsonFields fields) => CompletionRequest.Read(root, fields);

    protected override async Task<ApiError?> AnswerAsync(HttpContext context, LoadedModel model, CompletionRequest request)
    {
        var (prompt, problem) = Tokenise(request, model);
        if ((problem ?? GrammarCheck.Problem(request.Grammar, model)) is { } refusal)
        {
            return refusal;
        }

        var wanted = request.Generation;
        var generation = Decoder.Post(
            new GenerationRequest { Prompt = prompt, Sampling = wanted.Sampling, MaxTokens = wanted.MaxTokens, Stops = wanted.Stops, Grammar = request.Grammar },
            context.RequestAborted);
        var echo = request.Echo ? Encoding.UTF8.GetBytes(request.Input.Text ?? model.Vocabulary.Text(request.Input.Tokens!)) : [];
        var answer = new CompletionAnswer($"cmpl-{Guid.CreateVersion7(time.GetUtcNow()):N}", modelId, time.GetUtcNow().ToUnixTimeSeconds(), echo);
        await (wanted.Stream ? Delivery.StreamAsync(context, generation, answer, wanted.IncludeUsage) : Delivery.CollectAsync(context, generation, answer));
        return null;
    }

    private static (int[] Prompt, ApiError? Problem) Tokenise(CompletionRequest request, LoadedModel model)
    {
        var room = model.ContextSize - 1;
        var (before, problem) = request.Input.Tokenise(model, isWhole: false, room);
        if (request.Suffix is null || problem is not null)
        {
            return (before, problem);
        }

        var (after, tooLong) = Prompt.Tokenise([new PromptPart(Encoding.UTF8.GetBytes(request.Suffix), IsMarkup: false)], model, "suffix", room);
        if (tooLong is not null)
        {
            return ([], tooLong);
        }

        return model.Vocabulary.Between(before, after) is { } prompt
            ? Prompt.Check(prompt, model, "prompt", room)
            : ([], ApiError.Invalid("unsupported_value", "'suffix' needs a model with tokens for filling in the middle, and this model has none.", "suffix"));
    }
}
