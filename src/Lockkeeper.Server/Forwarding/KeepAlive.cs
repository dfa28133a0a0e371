using System.Buffers;
using System.Text;
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
    /// <param name="clientGone">Ends the wait without an exception; the caller sees it by itself.</param>
    public async ValueTask WhileAsync(Task work, Func<ValueTask<string>> status, CancellationToken clientGone)
    {
        var pause = Started || interval < CommitDelay ? interval : CommitDelay;
        while (!await EndsWithinAsync(work, pause, clientGone))
        {
            if (clientGone.IsCancellationRequested)
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
                await response.BodyWriter.FlushAsync(clientGone);
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                // The client left just now. The work must still be awaited by its owner: it may be sending the request from memory that is given back behind it.
                return;
            }

            pause = interval;
        }
    }

    private async ValueTask<bool> EndsWithinAsync(Task work, TimeSpan pause, CancellationToken clientGone)
    {
        if (work.IsCompleted)
        {
            return true;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(clientGone);
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
