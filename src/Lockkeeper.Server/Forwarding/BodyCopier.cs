using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Forwarding;

/// <summary>Relays an answer's body at the engine's speed.</summary>
/// <remarks>
/// The buffer between the engine and a slow reader is Kestrel's output buffer (<see cref="Buffer"/> a connection): a flush returns at once while it has room,
/// so the engine, and with it the GPU, is free as soon as it has sent its last byte. A reader that has stopped reading beyond that holds the GPU, and is cut
/// off after <see cref="Stall"/> if anybody else wants it.
/// </remarks>
internal sealed class BodyCopier(TimeProvider time, Func<ValueTask<bool>> othersWait)
{
    /// <summary>Bytes of one answer that may be on their way to a slow reader.</summary>
    public const int Buffer = 4 * 1024 * 1024;

    /// <summary>How long a reader may stand still while others wait.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(30);

    private const int ReadSize = 16 * 1024;

    /// <summary>Copies until the engine's last byte. Each piece is passed on as it comes: nobody waits for a buffer to fill.</summary>
    /// <param name="source">The engine's answer.</param>
    /// <param name="http">The request.</param>
    /// <param name="tap">Sees the answer pass.</param>
    /// <param name="patience">For the engine.</param>
    /// <param name="keepAlive">Tells the client that it is not forgotten, up to the first byte.</param>
    /// <param name="stage">Makes what the bytes pass, when the first of them is there; null where they pass as they are.</param>
    public async ValueTask<ForwardOutcome> CopyAsync(
        Stream source, HttpContext http, StreamTap tap, EnginePatience patience, KeepAlive keepAlive, Func<IBodyStage?>? stage = null)
    {
        IBodyStage? passed = null;
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            var writer = http.Response.BodyWriter;
            var announced = http.Response.ContentLength;
            while (true)
            {
                int count;
                try
                {
                    count = await ReadAsync(source, buffer, tap, patience, keepAlive);
                }
                catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException)
                {
                    // Everything in the answer has been relayed: a client that leaves now has it, and so has one whose engine does not close its stream well.
                    return tap.HasEnded || (tap.IsFinished && patience.Aborted.IsCancellationRequested) ? ForwardEnd.Answered : patience.Explain(failure);
                }

                if (count == 0)
                {
                    return await CompleteAsync(tap.Bytes == 0 ? stage?.Invoke() : passed, http, patience);
                }

                if (tap.Bytes == 0 && !patience.TryKeep())
                {
                    return ForwardEnd.Recalled;
                }

                passed = tap.Bytes == 0 ? stage?.Invoke() : passed;
                patience.Renew();
                tap.Observe(buffer.AsSpan(0, count));
                if (!TryPass(passed, buffer.AsSpan(0, count), writer, out var unfit))
                {
                    return await BreakAsync(unfit, writer, http);
                }

                if (tap.Bytes == announced && passed is not null)
                {
                    return await CompleteAsync(passed, http, patience);
                }

                // The last piece too: at the end of a request Kestrel flushes only what goes out together with the headers.
                var end = passed is not null && writer is { CanGetUnflushedBytes: true, UnflushedBytes: 0 } ? ForwardEnd.Answered : await FlushAsync(writer, patience, http);
                if (end != ForwardEnd.Answered || tap.Bytes == announced)
                {
                    return end;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What a client is told while the engine has the request and says nothing.</summary>
    internal static ValueTask<string> Prefill() => new("processing the prompt");

    private static bool TryPass(IBodyStage? stage, ReadOnlySpan<byte> piece, PipeWriter writer, [NotNullWhen(false)] out string? unfit)
    {
        unfit = null;
        if (stage is null)
        {
            writer.Write(piece);
            return true;
        }

        try
        {
            stage.Pass(piece, writer);
            return true;
        }
        catch (InvalidDataException wrong)
        {
            unfit = wrong.Message;
            return false;
        }
    }

    private async ValueTask<ForwardOutcome> CompleteAsync(IBodyStage? stage, HttpContext http, EnginePatience patience)
    {
        if (stage is null)
        {
            return ForwardEnd.Answered;
        }

        var writer = http.Response.BodyWriter;
        try
        {
            stage.Complete(writer);
        }
        catch (InvalidDataException wrong)
        {
            return await BreakAsync(wrong.Message, writer, http);
        }

        if (!http.Response.HasStarted && writer.CanGetUnflushedBytes)
        {
            // All of it is there, and goes out in one piece with its length, where chunks would need a second one to say that there are no more.
            http.Response.ContentLength = writer.UnflushedBytes;
        }

        return await FlushAsync(writer, patience, http);
    }

    /// <summary>What was written of an answer before it proved to be none is sent: it cannot be taken back, and an error of ours is to follow it and not to be mixed with it.</summary>
    private static async ValueTask<ForwardOutcome> BreakAsync(string unfit, PipeWriter writer, HttpContext http)
    {
        if (writer is not { CanGetUnflushedBytes: true, UnflushedBytes: 0 })
        {
            await writer.FlushAsync(http.RequestAborted);
        }

        return new ForwardOutcome(ForwardEnd.Broken, unfit);
    }

    private static async ValueTask<int> ReadAsync(Stream source, byte[] buffer, StreamTap tap, EnginePatience patience, KeepAlive keepAlive)
    {
        var read = source.ReadAsync(buffer, patience.Token);
        if (read.IsCompleted || keepAlive.Voice is null || tap.Bytes > 0)
        {
            return await read;
        }

        // An engine that sends headers before its prefill.
        var first = read.AsTask();
        await keepAlive.WhileAsync(first, Prefill, patience.Aborted, atEngine: true);
        return await first;
    }

    private async ValueTask<ForwardEnd> FlushAsync(PipeWriter writer, EnginePatience patience, HttpContext http)
    {
        try
        {
            // Not the token of the request: a flush that is cancelled takes the connection with it, and an operator's cancel is still to be told over it.
            var flush = writer.FlushAsync(http.RequestAborted);
            var result = flush.IsCompleted ? await flush : await FlushSlowlyAsync(flush.AsTask(), patience);
            return result switch
            {
                null => ForwardEnd.ClientStalled,
                { IsCompleted: true } or { IsCanceled: true } => ForwardEnd.Aborted,
                _ => ForwardEnd.Answered,
            };
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            if (patience.Aborted.IsCancellationRequested)
            {
                // Aborted under a reader that stands still: it would not read the reason either, and what it has not read is in the way.
                http.Abort();
            }

            return ForwardEnd.Aborted;
        }
    }

    private async Task<FlushResult?> FlushSlowlyAsync(Task<FlushResult> flush, EnginePatience patience)
    {
        patience.Suspend();
        while (true)
        {
            try
            {
                var result = await flush.WaitAsync(Stall, time, patience.Aborted);
                patience.Renew();
                return result;
            }
            catch (TimeoutException)
            {
                // While nobody else wants the GPU, a slow reader does no harm.
                if (await othersWait())
                {
                    return null;
                }
            }
        }
    }
}
