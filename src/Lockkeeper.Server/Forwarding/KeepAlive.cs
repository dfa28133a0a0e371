using System.Buffers;
using System.Text;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Forwarding;

/// <summary>Tells the client of a stream that has to wait that it is not forgotten: early headers, then a comment at every interval.</summary>
/// <remarks>
/// The headers commit the answer to status 200, so they are held back for a moment: a wait that ends within <see cref="CommitDelay"/> still gets
/// the engine's own status, and a start that fails at once still a 503.
/// </remarks>
internal sealed class KeepAlive(HttpResponse response, TimeSpan interval, TimeProvider time)
{
    private static readonly TimeSpan CommitDelay = TimeSpan.FromSeconds(1);

    /// <summary>Whether headers have been sent early, so that the rest must follow as events.</summary>
    public bool Started { get; private set; }

    /// <summary>Waits for <paramref name="work"/> to end, well or badly, and says meanwhile what is being waited for. Starts the answer when the wait is long.</summary>
    /// <param name="work">What the client is waiting for. It is not awaited for its result here.</param>
    /// <param name="status">A short line without line breaks.</param>
    /// <param name="aborted">Ends the wait without an exception; the caller sees it by itself.</param>
    public async ValueTask WhileAsync(Task work, Func<ValueTask<string>> status, CancellationToken aborted)
    {
        var pause = Started || interval < CommitDelay ? interval : CommitDelay;
        while (!await EndsWithinAsync(work, pause, aborted))
        {
            if (aborted.IsCancellationRequested)
            {
                return;
            }

            var line = await status();
            if (work.IsCompleted)
            {
                // It ended just now: its own status is still to be had.
                return;
            }

            Start();
            Comment(line);
            try
            {
                await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                // The client left just now. The work must still be awaited by its owner: it may be sending the request from memory that is given back behind it.
                return;
            }

            pause = interval;
        }
    }

    /// <summary>The last words of a stream whose headers went out early: what could not be said in them any more.</summary>
    public async ValueTask CloseAsync(JournalEntry entry, bool atEventBoundary)
    {
        if (!Started || response.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        response.BodyWriter.Write(atEventBoundary ? default : "\n\n"u8);
        Comment($"lockkeeper request={entry.Id} queue_ms={RouterHeaders.Milliseconds(entry.Queue ?? TimeSpan.Zero)} load_ms={RouterHeaders.Milliseconds(entry.Load)}");
        await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
    }

    private async ValueTask<bool> EndsWithinAsync(Task work, TimeSpan pause, CancellationToken aborted)
    {
        if (work.IsCompleted)
        {
            return true;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        await Task.WhenAny(work, Task.Delay(pause, time, over.Token));
        await over.CancelAsync();
        return work.IsCompleted;
    }

    private void Start()
    {
        if (Started)
        {
            return;
        }

        Started = true;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private void Comment(string status)
    {
        response.BodyWriter.Write(": "u8);
        response.BodyWriter.Write(Encoding.UTF8.GetBytes(status));
        response.BodyWriter.Write("\n\n"u8);
    }
}
