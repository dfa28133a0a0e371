using System.Collections.Frozen;
using System.Net.Http.Headers;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Lockkeeper.Server.Forwarding;

/// <summary>Which headers cross the router, and which end at it.</summary>
internal static class HeaderPolicy
{
    /// <summary>Headers that speak of one connection only (RFC 9110 §7.6.1), or that each side writes for itself.</summary>
    private static readonly string[] PerConnection =
    [
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyAuthenticate, HeaderNames.ProxyAuthorization, "Proxy-Connection",
        HeaderNames.TE, HeaderNames.Trailer, HeaderNames.TransferEncoding, HeaderNames.Upgrade,
    ];

    /// <summary>Not for an engine: credentials meant for the router, what is rewritten on the way, what only the router reads, and the origin it has judged: an engine would judge it again.</summary>
    private static readonly FrozenSet<string> StaysHere = FrozenSet.ToFrozenSet(
    [
        .. PerConnection, HeaderNames.Host, HeaderNames.ContentLength, HeaderNames.Expect,
        HeaderNames.Authorization, HeaderNames.Cookie, "X-Api-Key", "Api-Key", "X-Priority", HeaderNames.Origin,
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>They speak of a body, or of an API, that the engine does not get to see: what it is sent was written anew.</summary>
    private static readonly FrozenSet<string> OfItsDialect = FrozenSet.ToFrozenSet(
    [
        HeaderNames.ContentType, HeaderNames.ContentEncoding, HeaderNames.Accept, HeaderNames.AcceptEncoding,
        "Anthropic-Version", "Anthropic-Beta", "OpenAI-Organization", "OpenAI-Project", "OpenAI-Beta",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>Not for a client: which pages may use the answer is for the router to say, and many engines say that all may. Nor what another router has said of its requests.</summary>
    private static readonly FrozenSet<string> StaysAtEngine = FrozenSet.ToFrozenSet(
    [
        .. PerConnection, HeaderNames.Date, HeaderNames.AccessControlAllowOrigin, HeaderNames.AccessControlAllowCredentials, HeaderNames.AccessControlAllowHeaders,
        HeaderNames.AccessControlAllowMethods, HeaderNames.AccessControlExposeHeaders, HeaderNames.AccessControlMaxAge, "Access-Control-Allow-Private-Network",
        RouterHeaders.RequestId, RouterHeaders.QueueMs, RouterHeaders.LoadMs, RouterHeaders.MaxTokens, RouterHeaders.Estimate,
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>Copies the request's headers to the engine's request.</summary>
    /// <param name="from">The client's.</param>
    /// <param name="to">The engine's.</param>
    /// <param name="isNative">Whether both are of one dialect.</param>
    public static void Copy(IHeaderDictionary from, HttpRequestMessage to, bool isNative = true)
    {
        var named = from.Connection;
        foreach (var (name, values) in from)
        {
            if (StaysHere.Contains(name) || Names(named, name) || (!isNative && OfItsDialect.Contains(name)))
            {
                continue;
            }

            // A header is either of the message or of its content; the message refuses the latter, and only then is it the content's.
            if (values.Count == 1)
            {
                _ = to.Headers.TryAddWithoutValidation(name, values[0]) || to.Content!.Headers.TryAddWithoutValidation(name, values[0]);
            }
            else
            {
                _ = to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values) || to.Content!.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
    }

    /// <summary>Copies the headers of the engine's answer to the client's.</summary>
    /// <param name="from">The engine's.</param>
    /// <param name="to">The client's.</param>
    /// <param name="withContent">Whether those go along that speak of the body.</param>
    public static void Copy(HttpResponseMessage from, IHeaderDictionary to, bool withContent = true)
    {
        var named = from.Headers.NonValidated.TryGetValues(HeaderNames.Connection, out var connection) ? new StringValues([.. connection]) : StringValues.Empty;
        Copy(from.Headers.NonValidated, named, to);
        if (!withContent)
        {
            return;
        }

        Copy(from.Content.Headers.NonValidated, named, to);
        if (from.Headers.TransferEncodingChunked == true)
        {
            // The chunks were counted, not the length beside them (RFC 9112 §6.3), and that may be another one.
            to.ContentLength = null;
        }
    }

    private static void Copy(HttpHeadersNonValidated from, StringValues named, IHeaderDictionary to)
    {
        foreach (var (name, values) in from)
        {
            if (!StaysAtEngine.Contains(name) && !Names(named, name))
            {
                to[name] = values.Count == 1 ? new StringValues(values.ToString()) : new StringValues([.. values]);
            }
        }
    }

    /// <summary>Whether the <c>Connection</c> header declares <paramref name="header"/> to be of this connection only.</summary>
    private static bool Names(StringValues connection, string header)
    {
        foreach (var value in connection)
        {
            foreach (var option in value.AsSpan().Split(','))
            {
                if (value.AsSpan()[option].Trim().Equals(header, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
