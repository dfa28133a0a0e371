using System.Diagnostics.CodeAnalysis;
using System.Net;
using Lockkeeper.Core.Dialects;
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
///                  1 request: same method, headers by HeaderPolicy; path and body as the passage has them, the query too if both speak one dialect
///                  2 wait for the engine's headers, keeping an early-started stream alive
///                  3 its status and headers, unless the stream has begun
///                  4 body, piece by piece, through the stages that the passage names
/// </code>
/// It never writes an error: how it ended is returned, and what to make of that is the caller's to decide.
/// </remarks>
internal sealed class Forwarder(TimeProvider time, Func<ValueTask<bool>> othersWait)
{
    /// <summary>Most of an engine's error that is passed on inside a stream that has begun.</summary>
    private const int LongestError = 64 * 1024;

    /// <summary>Anthropic's API answers no request without a version.</summary>
    private const string AnthropicRoutes = "/v1/messages";
    private const string AnthropicVersionHeader = "anthropic-version";
    private const string AnthropicVersion = "2023-06-01";

    private readonly BodyCopier _copier = new(time, othersWait);

    /// <param name="http">The request.</param>
    /// <param name="passage">What the engine is sent, and what becomes of its answer.</param>
    /// <param name="lease">The right to use it.</param>
    /// <param name="tap">Sees the answer pass.</param>
    /// <param name="keepAlive">Tells the client that it is not forgotten.</param>
    /// <param name="requestTimeout">How long the engine may send nothing.</param>
    /// <param name="aborted">Ends it early: the engine's connection is closed when the call returns.</param>
    public async ValueTask<ForwardOutcome> SendAsync(
        HttpContext http, Passage passage, Lease lease, StreamTap tap, KeepAlive keepAlive, TimeSpan requestTimeout, CancellationToken aborted)
    {
        tap.Begin();
        using var patience = new EnginePatience(requestTimeout, time, lease.Recall, lease.Upstream, passage.Stream, aborted);
        HttpResponseMessage answer;
        try
        {
            var sending = lease.Upstream.Retries is { } retries
                ? retries.SendAsync(token => OnceAsync(http, passage, lease.Upstream, keepAlive, token), patience.Token).AsTask()
                : OnceAsync(http, passage, lease.Upstream, keepAlive, patience.Token);
            await keepAlive.WhileAsync(sending, BodyCopier.Prefill, aborted, atEngine: true);
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

            if (!answer.IsSuccessStatusCode && (!passage.IsNative || keepAlive.Started))
            {
                return await RefusalAsync(answer, patience);
            }

            // SDKs hang up right behind the last event, while the engine may still be closing its connection.
            var outcome = await PassAsync(answer, http, passage, tap, patience, keepAlive);
            return outcome.End == ForwardEnd.Aborted && tap.HasEnded ? ForwardEnd.Answered : outcome;
        }
    }

    private static async Task<HttpResponseMessage> OnceAsync(HttpContext http, Passage passage, Upstream upstream, KeepAlive keepAlive, CancellationToken cancellation)
    {
        using var request = RequestFor(http, passage, upstream, keepAlive);
        return await upstream.Invoker.SendAsync(request, cancellation);
    }

    private static HttpRequestMessage RequestFor(HttpContext http, Passage passage, Upstream upstream, KeepAlive keepAlive)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(http.Request.Method), upstream.UriOf(passage.Path, passage.IsNative ? http.Request.QueryString : default))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = passage.Body.ToContent(),
        };
        HeaderPolicy.Copy(http.Request.Headers, request, passage.IsNative);
        if (!passage.IsNative)
        {
            request.Content.Headers.TryAddWithoutValidation(HeaderNames.ContentType, JsonVoice.MediaType);
        }

        if (passage.Path.StartsWith(AnthropicRoutes, StringComparison.Ordinal) && !request.Headers.NonValidated.Contains(AnthropicVersionHeader))
        {
            request.Headers.TryAddWithoutValidation(AnthropicVersionHeader, AnthropicVersion);
        }

        upstream.Authorize(request);
        if (!request.Headers.NonValidated.Contains(RouterHeaders.ClientRequestId))
        {
            request.Headers.TryAddWithoutValidation(RouterHeaders.ClientRequestId, http.TraceIdentifier);
        }

        if (passage.IsPlain || keepAlive.Voice is not null)
        {
            // What has begun, or is read, as plain text could not be continued in a compressed one.
            request.Headers.Remove(HeaderNames.AcceptEncoding);
        }

        return request;
    }

    private async ValueTask<ForwardOutcome> PassAsync(HttpResponseMessage answer, HttpContext http, Passage passage, StreamTap tap, EnginePatience patience, KeepAlive keepAlive)
    {
        var contentType = answer.Content.Headers.ContentType?.MediaType;
        var compressed = answer.Content.Headers.ContentEncoding.Count > 0;
        if (keepAlive is { Started: true, Voice: { } voice } && passage.Answer.ContentType is null && (compressed || contentType is null || !voice.ContentType.StartsWith(contentType, StringComparison.OrdinalIgnoreCase)))
        {
            return new ForwardOutcome(ForwardEnd.Broken, $"it answered {(int)answer.StatusCode} {answer.Content.Headers.ContentType} where {voice.ContentType} was expected");
        }

        if (compressed && !passage.IsNative)
        {
            return new ForwardOutcome(ForwardEnd.Broken, "it compressed its answer, which nobody had asked for");
        }

        var changes = answer.IsSuccessStatusCode && !compressed;
        if (!keepAlive.Started && !TryBegin(answer, http.Response, changes ? passage.Answer : null, out var unfit))
        {
            return new ForwardOutcome(ForwardEnd.Broken, unfit);
        }

        await using var content = await answer.Content.ReadAsStreamAsync(patience.Token);
        if (!changes)
        {
            return await _copier.CopyAsync(content, http, tap, patience, keepAlive);
        }

        return await _copier.CopyAsync(content, http, tap, patience, keepAlive, () =>
        {
            (keepAlive.Voice as JsonVoice)?.Begin();
            var stage = passage.Answer.Stage(contentType, http.Response.BodyWriter, keepAlive.Started);
            if (stage is not null && !http.Response.HasStarted)
            {
                http.Response.ContentLength = null; // the engine's; what is sent may be longer
            }

            return stage is null ? null
                : passage.Answer.ContentType is not null ? new FilledStage(stage, $"{(int)answer.StatusCode} {contentType ?? "without a content type"}")
                : passage.Answer is PassedForm { HasEnd: true } && AnswerForm.FramingOf(contentType) is { } framing ? new UncutStage(stage, framing, tap)
                : stage;
        });
    }

    /// <summary>Takes over status and headers. Some that a client library lets pass, a server does not write: control characters, or two lengths.</summary>
    private static bool TryBegin(HttpResponseMessage answer, HttpResponse response, AnswerForm? form, [NotNullWhen(false)] out string? unfit)
    {
        try
        {
            response.StatusCode = (int)answer.StatusCode;
            HeaderPolicy.Copy(answer, response.Headers, withContent: form?.ContentType is null);
            if (form?.ContentType is { } contentType)
            {
                response.ContentType = contentType;
                response.Headers.CacheControl = "no-cache";
            }

            unfit = null;
            return true;
        }
        catch (InvalidOperationException refused)
        {
            unfit = $"its answer cannot be passed on: {refused.Message}";
            return false;
        }
    }

    /// <summary>The engine's error cannot be passed on as it is: it is read, to be said in the client's dialect.</summary>
    private async ValueTask<ForwardOutcome> RefusalAsync(HttpResponseMessage answer, EnginePatience patience)
    {
        try
        {
            await using var content = await answer.Content.ReadAsStreamAsync(patience.Token);
            var said = new byte[LongestError];
            var length = await content.ReadAtLeastAsync(said, said.Length, throwOnEndOfStream: false, patience.Token);
            return patience.TryKeep()
                ? new ForwardOutcome(ForwardEnd.Refused) { Said = EngineError.Read((int)answer.StatusCode, said.AsSpan(0, length)), RetryAfter = RetryAfter.Of(answer, time) }
                : ForwardEnd.Recalled;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return patience.Explain(failure);
        }
    }
}
