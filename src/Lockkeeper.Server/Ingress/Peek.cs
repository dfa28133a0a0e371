using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>First step: the whole body in memory, and the few facts the router needs of it.</summary>
internal static class Peek
{
    /// <returns>The body, which the caller disposes, and its facts.</returns>
    public static async ValueTask<Checked<Peeked>> AtAsync(HttpContext http, long maxBody, LiveRequest request, string? defaultModel = null)
    {
        if (!(await WholeAsync(http, maxBody, request)).Holds(out var body, out var refused))
        {
            return refused;
        }

        body.DropByteOrderMark();
        if (!BodyPeek.Scan(body.Bytes, defaultModel).Holds(out var facts, out refused))
        {
            body.Dispose();

            // Asked only now: some clients name their charset there, and send plain JSON.
            return refused is RouterError.BodyInvalid && http.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding ? new RouterError.BodyCompressed(encoding) : refused;
        }

        return new Peeked(body, facts);
    }

    /// <summary>The whole body, unlooked at; the caller disposes it.</summary>
    public static ValueTask<Checked<RequestBody>> WholeAsync(HttpContext http, long maxBody, LiveRequest request) =>
        ReadAsync(() => RequestBody.ReadAsync(http.Request, maxBody, request.Aborted), request);

    /// <summary>A whole form; the caller disposes it.</summary>
    public static ValueTask<Checked<SpooledBody>> AtFormAsync(HttpContext http, long maxBody, LiveRequest request) =>
        ReadAsync(() => SpooledBody.ReadAsync(http.Request, maxBody, request.Aborted), request);

    private static async ValueTask<Checked<T>> ReadAsync<T>(Func<ValueTask<Checked<T>>> read, LiveRequest request)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (BadHttpRequestException broken)
        {
            return new RouterError.BodyBroken(broken.StatusCode, broken.Message);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            return request.WhyAborted;
        }
    }
}

/// <summary>A request that has been read and looked at.</summary>
internal readonly record struct Peeked(RequestBody Body, BodyPeek Facts);
