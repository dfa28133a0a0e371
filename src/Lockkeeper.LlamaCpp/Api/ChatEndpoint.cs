using System.Buffers;
using System.Globalization;
using Lockkeeper.LlamaCpp.Inference;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(Decoder decoder, string modelId, TimeProvider time)
{
    /// <summary>Bytes of memory taken on the word of a Content-Length alone.</summary>
    private const long FirstBuffer = 256 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        if (!decoder.Loaded.IsCompletedSuccessfully)
        {
            await JsonReply.RefuseAsync(context, ApiError.Loading);
            return;
        }

        var model = await decoder.Loaded;
        var (body, tooLarge) = await ReadBodyAsync(context);
        if (tooLarge is not null)
        {
            await JsonReply.RefuseAsync(context, tooLarge);
            return;
        }

        var (request, problem) = ChatRequestReader.Read(body);
        if (request is null)
        {
            await JsonReply.RefuseAsync(context, problem!);
            return;
        }

        var (prompt, tooLong) = Tokenise(request, model);
        if (tooLong is not null)
        {
            await JsonReply.RefuseAsync(context, tooLong);
            return;
        }

        var generation = decoder.Post(
            new GenerationRequest { Prompt = prompt, Sampling = request.Sampling, MaxTokens = request.MaxTokens, Stops = request.Stops },
            context.RequestAborted);
        var answer = new Answer($"chatcmpl-{Guid.CreateVersion7(time.GetUtcNow()):N}", modelId, time.GetUtcNow().ToUnixTimeSeconds());
        await (request.Stream ? StreamAsync(context, generation, answer, request.IncludeUsage) : CollectAsync(context, generation, answer));
    }

    private static async Task<(ReadOnlyMemory<byte> Body, ApiError? Problem)> ReadBodyAsync(HttpContext context)
    {
        try
        {
            using var body = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, FirstBuffer));
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return (body.GetBuffer().AsMemory(0, (int)body.Length), null);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            var limit = EngineServer.MaxRequestBody.ToString(CultureInfo.InvariantCulture);
            return (default, new ApiError(413, "invalid_request_error", "body_too_large", $"The request body is larger than {limit} bytes."));
        }
    }

    /// <summary>On the request's own thread: a prompt that is too long is refused at once, not after those before it.</summary>
    private static (int[] Prompt, ApiError? Problem) Tokenise(ChatRequest request, LoadedModel model)
    {
        var parts = model.Template.Render(request.Messages);

        // Megabytes of text need not be tokenised to know that they are too long; tokenisers are slow with them, and some recurse.
        var least = parts.Sum(part => (long)part.Text.Length) / model.Vocabulary.LongestToken;
        if (least >= model.ContextSize)
        {
            return ([], TooLong(model.ContextSize, $"at least {least.ToString(CultureInfo.InvariantCulture)}"));
        }

        var tokens = model.Vocabulary.Tokenise(parts);
        if (tokens.Length == 0)
        {
            return ([], ApiError.Invalid("invalid_value", "'messages' is an empty prompt under this model's chat template.", "messages"));
        }

        return tokens.Length < model.ContextSize ? (tokens, null) : ([], TooLong(model.ContextSize, tokens.Length.ToString(CultureInfo.InvariantCulture)));
    }

    private static ApiError TooLong(int context, string tokens) => ApiError.Invalid("context_length_exceeded", string.Create(CultureInfo.InvariantCulture,
        $"This model's context is {context} tokens, answer included, but the messages are {tokens} tokens. Shorten them, or start the engine with a larger context."), "messages");

    private static ApiError Describe(GenerationFailure reason) => reason == GenerationFailure.Stopping ? ApiError.Stopping : ApiError.Computation;

    private static async Task CollectAsync(HttpContext context, Generation generation, Answer answer)
    {
        var text = new ArrayBufferWriter<byte>();
        await foreach (var happened in generation.Events)
        {
            switch (happened)
            {
                case GenerationEvent.Text(var utf8):
                    text.Write(utf8.Span);
                    break;
                case GenerationEvent.Finished finished:
                    await JsonReply.WriteAsync(context, StatusCodes.Status200OK, json => answer.WriteWhole(json, text.WrittenSpan, finished));
                    return;
                case GenerationEvent.Failed(var reason):
                    await JsonReply.RefuseAsync(context, Describe(reason));
                    return;
            }
        }
    }

    private static async Task StreamAsync(HttpContext context, Generation generation, Answer answer, bool withUsage)
    {
        using var stream = new EventStream(context);
        await foreach (var happened in generation.Events)
        {
            switch (happened)
            {
                case GenerationEvent.Started:
                    answer.WriteRole(stream.Begin(), withUsage);
                    await stream.SendAsync();
                    break;
                case GenerationEvent.Text(var utf8):
                    answer.WriteText(stream.Begin(), utf8.Span, withUsage);
                    await stream.SendAsync();
                    break;
                case GenerationEvent.Finished finished:
                    answer.WriteFinish(stream.Begin(), finished, withUsage);
                    stream.Finish();
                    if (withUsage)
                    {
                        answer.WriteUsageChunk(stream.Begin(), finished.Figures);
                        stream.Finish();
                    }

                    await stream.DoneAsync();
                    return;
                case GenerationEvent.Failed(var reason):
                    await BreakOffAsync(context, stream, Describe(reason));
                    return;
            }
        }
    }

    /// <summary>With its real status while that can still be sent, else as an event.</summary>
    private static async Task BreakOffAsync(HttpContext context, EventStream stream, ApiError error)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.Headers.Clear();
            await JsonReply.RefuseAsync(context, error);
            return;
        }

        error.WriteTo(stream.Begin());
        stream.Finish();
        await stream.DoneAsync();
    }
}
