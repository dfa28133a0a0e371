using System.Buffers;
using Lockkeeper.LlamaCpp.Inference;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>Brings an answer to its client, whole or as it is generated.</summary>
internal static class Delivery
{
    public static ApiError Describe(GenerationFailure reason) => reason == GenerationFailure.Stopping ? ApiError.Stopping : ApiError.Computation;

    public static async Task CollectAsync(HttpContext context, Generation generation, Answer answer)
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

    public static async Task StreamAsync(HttpContext context, Generation generation, Answer answer, bool withUsage)
    {
        using var stream = new EventStream(context);
        await foreach (var happened in generation.Events)
        {
            switch (happened)
            {
                case GenerationEvent.Started when answer.HasStart:
                    answer.WriteStart(stream.Begin(), withUsage);
                    await stream.SendAsync();
                    break;
                case GenerationEvent.Text(var utf8):
                    answer.WriteChunk(stream.Begin(), utf8.Span, withUsage);
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
