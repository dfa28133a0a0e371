using System.Buffers;
using System.Globalization;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>The only place that writes an error of the router's own.</summary>
internal static class Refuse
{
    /// <summary>Answers with the error in the form that the answer's state still allows: a status and a body, the last words of an answer that has begun, or a cut connection.</summary>
    /// <param name="http">The request.</param>
    /// <param name="error">What to say.</param>
    /// <param name="dialect">In whose shape.</param>
    /// <param name="atEventBoundary">Whether a begun stream stands between two events.</param>
    /// <param name="number">What the next event of a begun stream has to be numbered; null where events have no numbers.</param>
    /// <param name="voice">Has spoken in the answer, or could have; null for nobody.</param>
    public static async ValueTask WithAsync(HttpContext http, RouterError error, Dialect dialect, bool atEventBoundary, int? number = null, IClientVoice? voice = null)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (!http.Response.HasStarted)
        {
            WriteWhole(http.Response, error, dialect);
        }
        else if (error is not RouterError.ClientStalled && CanGoOn(http.Response, voice))
        {
            // What was cut within an event is closed first, or the error would be read as part of it.
            http.Response.BodyWriter.Write(atEventBoundary ? default : dialect == Dialect.Ollama ? "\n"u8 : "\n\n"u8);
            if (voice is not null)
            {
                voice.Error(ErrorText.Of(error));
            }
            else
            {
                ErrorBody.WriteStreamEnd(ErrorText.Of(error), dialect, http.Response.BodyWriter, number);
            }
        }
        else
        {
            // A half answer must not look like a whole one.
            http.Abort();
            return;
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary>Whether an error can be said behind what was sent: in a stream, or where nothing but white space was sent.</summary>
    private static bool CanGoOn(HttpResponse response, IClientVoice? voice) =>
        voice is JsonVoice { HasOnlyWaited: true }
        || (response.ContentType is { } type && IsStream(type) && response.ContentLength is null && response.Headers.ContentEncoding.Count == 0);

    private static bool IsStream(string type) =>
        type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase);

    private static void WriteWhole(HttpResponse response, RouterError error, Dialect dialect)
    {
        RouterHeaders.ClearAllButOurs(response);
        response.StatusCode = ErrorBody.StatusOf(ErrorText.Of(error), dialect);
        response.ContentType = "application/json; charset=utf-8";
        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (error is RouterError.MethodNotAllowed(_, _, var allowed))
        {
            response.Headers.Allow = allowed;
        }

        if (error is RouterError.BodyTooLarge)
        {
            // What was not read cannot be skipped cheaply: the connection ends with the answer.
            response.Headers.Connection = "close";
        }

        var body = new ArrayBufferWriter<byte>();
        ErrorBody.Write(ErrorText.Of(error), dialect, body);
        response.ContentLength = body.WrittenCount;
        response.BodyWriter.Write(body.WrittenSpan);
    }
}
