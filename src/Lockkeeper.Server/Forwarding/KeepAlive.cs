using Lockkeeper.Core.Dialects;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Forwarding;

/// <summary>Tells a client that has to wait that it is not forgotten: early headers, then a word in its dialect at every interval.</summary>
/// <remarks>
/// The headers commit the answer to status 200, so they are held back for a moment: a wait that ends within <see cref="CommitDelay"/> still gets
/// the engine's own status, and a start that fails at once still a 503.
/// </remarks>
internal sealed class KeepAlive(HttpResponse response, TimeSpan interval, TimeProvider time)
{
    private static readonly TimeSpan CommitDelay = TimeSpan.FromSeconds(1);

    /// <summary>Speaks to the client; null while nobody can, or for a client that is told nothing before its answer.</summary>
    public IClientVoice? Voice { get; set; }

    /// <summary>Whether headers have been sent early, so that the rest must follow in the voice's form.</summary>
    public bool Started { get; private set; }

    /// <summary>Who can end an answer that has begun; null where an engine's own words have begun it, which a voice that has said nothing knows nothing of.</summary>
    public IClientVoice? LastWords => Started || Voice is not IClientStream { HasBegun: false } ? Voice : null;

    /// <summary>Waits for <paramref name="work"/> to end, well or badly, and says meanwhile what is being waited for. Starts the answer when the wait is long.</summary>
    /// <param name="work">What the client is waiting for. It is not awaited for its result here.</param>
    /// <param name="status">A short line without line breaks.</param>
    /// <param name="aborted">Ends the wait without an exception; the caller sees it by itself.</param>
    /// <param name="atEngine">Whether an engine works on it already: most of its errors come at once, so its own status is waited for a little longer.</param>
    public async ValueTask WhileAsync(Task work, Func<ValueTask<string>> status, CancellationToken aborted, bool atEngine = false)
    {
        if (Voice is not { } voice)
        {
            return;
        }

        var (shorter, longer) = interval < CommitDelay ? (interval, CommitDelay) : (CommitDelay, interval);
        var pause = Started ? interval : atEngine ? longer : shorter;
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

            Start(voice);
            voice.Waiting(line);
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

    /// <summary>The last words of an answer whose headers went out early: what could not be said in them any more.</summary>
    public async ValueTask CloseAsync(JournalEntry entry)
    {
        if (!Started || response.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        Voice!.Remark($"request={entry.Id} queue_ms={RouterHeaders.Milliseconds(entry.Queue ?? TimeSpan.Zero)} load_ms={RouterHeaders.Milliseconds(entry.Load)}");
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

    private void Start(IClientVoice voice)
    {
        if (Started)
        {
            return;
        }

        Started = true;
        response.StatusCode = StatusCodes.Status200OK;
        Announce(voice);
    }

    /// <summary>The headers of an answer that the voice, or one like it, will write.</summary>
    private void Announce(IClientVoice voice)
    {
        response.ContentType = voice.ContentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
