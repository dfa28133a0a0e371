using System.Text.Json;
using Lockkeeper.LlamaCpp.Inference;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>What all routes that ask the model have in common: they wait for nothing, and read a JSON object.</summary>
/// <typeparam name="T">What of the body is understood.</typeparam>
internal abstract class ModelEndpoint<T>(Decoder decoder)
    where T : class
{
    protected Decoder Decoder { get; } = decoder;

    public async Task HandleAsync(HttpContext context)
    {
        if (!Decoder.Loaded.IsCompletedSuccessfully)
        {
            await JsonReply.RefuseAsync(context, ApiError.Loading);
            return;
        }

        var model = await Decoder.Loaded;
        var (body, tooLarge) = await RequestBody.ReceiveAsync(context);
        if (tooLarge is not null)
        {
            await JsonReply.RefuseAsync(context, tooLarge);
            return;
        }

        var (request, problem) = RequestBody.Read(body, Read);
        if (request is null)
        {
            await JsonReply.RefuseAsync(context, problem!);
            return;
        }

        if (await AnswerAsync(context, model, request) is { } refusal)
        {
            await JsonReply.RefuseAsync(context, refusal);
        }
    }

    /// <summary>What is wrong is told to <paramref name="fields"/>; the result does not matter then.</summary>
    protected abstract T Read(JsonElement root, JsonFields fields);

    /// <returns>Why there is no answer; null when there is one.</returns>
    protected abstract Task<ApiError?> AnswerAsync(HttpContext context, LoadedModel model, T request);
}
