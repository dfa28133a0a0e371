using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lockkeeper.Server.Forwarding;

/// <summary>Sends a prepared request to an instance and passes the answer on as it comes.</summary>
/// <remarks>
/// <code>
///   client ──────► lockkeeper ──────► engine
///                  1 request: same method, path and query; headers by HeaderPolicy; the client's own bytes
///                  2 wait for the engine's headers, keeping an early-started stream alive
///                  3 its status and headers, unless the stream has begun
///                  4 body, piece by piece
/// </code>
/// It never writes an error: how it ended is returned, and what to make of that is the caller's to decide.
/// </remarks>
internal sealed class Forwarder(TimeProvider time, Func<ValueTask<bool>> othersWait)
{
    /// <summary>Most of an engine's error that is passed on inside a stream that has begun.</summary>
    private const int LongestError = 64 * 1024;

    private readonly BodyCopier _copier = new(time, othersWait);

    /// <param name="http">The request.</param>
    /// <param name="body">What the engine is sent.</param>
    /// <param name="lease">The right to use it.</param>
    /// <param name="tap">Sees the answer pass.</param>
    /// <param name="keepAlive">Tells the client of a stream that it is not forgotten.</param>
    /// <param name="requestTimeout">How long the engine may send nothing.</param>
    /// <param name="stream">Whether the answer is asked for as a stream.</param>
    /// <param name="aborted">Ends it early: the engine's connection is closed when the call returns.</param>
    public async ValueTask<ForwardOutcome> SendAsync(
        HttpContext http, EngineBody body, Lease lease, StreamTap tap, KeepAlive keepAlive, TimeSpan requestTimeout, bool stream, CancellationToken aborted)
    {
        tap.Begin();
        using var patience = new EnginePatience(requestTimeout, time, lease.Recall, lease.Upstream, stream, aborted);
        using var request = RequestFor(http, body, lease.Upstream, keepAlive);
        HttpResponseMessage answer;
        try
        {
            var sending = lease.Upstream.Invoker.SendAsync(request, patience.Token);
            if (keepAlive.Started)
            {
                await keepAlive.WhileAsync(sending, BodyCopier.Prefill, aborted);
            }

            answer = await sending;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return patience.Explain(failure);
        }

        using (answer)
        {
            patience.Renew();
            if (answer.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                // Its body would be a connection that ends when it pleases.
                return new ForwardOutcome(ForwardEnd.Broken, "it answered 101 Switching Protocols, which nobody had asked for");
            }

            if ((int)answer.StatusCode >= StatusCodes.Status400BadRequest && lease.Upstream.Suspicion is { } suspicion && await suspicion() is { } gone)
            {
                return new ForwardOutcome(ForwardEnd.Unreached, gone.Cause);
            }

            if (keepAlive.Started && !IsEventStream(answer))
            {
                return await PassIntoStreamAsync(answer, http, patience);
            }

            if (!keepAlive.Started && !TryBegin(answer, http.Response, out var unfit))
            {
                return new ForwardOutcome(ForwardEnd.Broken, unfit);
            }

            await using var content = await answer.Content.ReadAsStreamAsync(patience.Token);
            return await _copier.CopyAsync(content, http, tap, patience, keepAlive);
        }
    }

    private static HttpRequestMessage RequestFor(HttpContext http, EngineBody body, Upstream upstream, KeepAlive keepAlive)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(http.Request.Method), upstream.UriOf(http.Request.Path, http.Request.QueryString))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body.ToContent(),
        };
        HeaderPolicy.Copy(http.Request.Headers, request);
        upstream.Authorize(request);
        if (!request.Headers.NonValidated.Contains(RouterHeaders.ClientRequestId))
        {
            request.Headers.TryAddWithoutValidation(RouterHeaders.ClientRequestId, http.TraceIdentifier);
        }

        if (keepAlive.Started)
        {
            // The client's stream has begun as plain text: a compressed one could not be continued in it.
            request.Headers.Remove(HeaderNames.AcceptEncoding);
        }

        return request;
    }

    /// <summary>Takes over status and headers. Some that a client library lets pass, a server does not write: control characters, or two lengths.</summary>
    private static bool TryBegin(HttpResponseMessage answer, HttpResponse response, [NotNullWhen(false)] out string? unfit)
    {
        try
        {
            response.StatusCode = (int)answer.StatusCode;
            HeaderPolicy.Copy(answer, response.Headers);
            unfit = null;
            return true;
        }
        catch (InvalidOperationException refused)
        {
            unfit = $"its answer cannot be passed on: {refused.Message}";
            return false;
        }
    }

    private static bool IsEventStream(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.OK
        && answer.Content.Headers.ContentEncoding.Count == 0
        && string.Equals(answer.Content.Headers.ContentType?.MediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>The answer is no event stream, but the client's stream has begun: what the engine said is passed on as one event.</summary>
    private static async ValueTask<ForwardOutcome> PassIntoStreamAsync(HttpResponseMessage answer, HttpContext http, EnginePatience patience)
    {
        var status = (int)answer.StatusCode;
        try
        {
            await answer.Content.LoadIntoBufferAsync(LongestError, patience.Token);
            var said = await answer.Content.ReadAsByteArrayAsync(patience.Token);
            if (!IsErrorObject(said, out var error))
            {
                return new ForwardOutcome(ForwardEnd.Broken, $"it answered {status} {answer.Content.Headers.ContentType} where an event stream was expected");
            }

            using (error)
            {
                if (!patience.TryKeep())
                {
                    return ForwardEnd.Recalled;
                }

                var writer = http.Response.BodyWriter;
                writer.Write("data: "u8);
                await using (var json = new Utf8JsonWriter(writer))
                {
                    error.WriteTo(json);
                }

                writer.Write("\n\ndata: [DONE]\n\n"u8);
                await writer.FlushAsync(http.RequestAborted);
            }

            return ForwardEnd.Answered;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return patience.Explain(failure);
        }
    }

    private static bool IsErrorObject(byte[] said, out JsonDocument error)
    {
        try
        {
            error = JsonDocument.Parse(said);
            if (error.RootElement.ValueKind == JsonValueKind.Object && error.RootElement.TryGetProperty("error", out _))
            {
                return true;
            }

            error.Dispose();
            return false;
        }
        catch (JsonException)
        {
            error = null!;
            return false;
        }
    }
}
