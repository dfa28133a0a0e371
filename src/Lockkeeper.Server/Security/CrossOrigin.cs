using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lockkeeper.Server.Security;

/// <summary>What a browser must be told (CORS) so that a page of another origin, which is let in, may use the answer.</summary>
internal static class CrossOrigin
{
    private const string Methods = "GET, HEAD, POST, DELETE";

    /// <summary>How long a browser need not ask again.</summary>
    private const string MaxAge = "600";

    private const string PrivateNetworkAsked = "Access-Control-Request-Private-Network";
    private const string PrivateNetworkAllowed = "Access-Control-Allow-Private-Network";

    /// <summary>Whether a browser asks for leave before it sends the request itself.</summary>
    public static bool IsPreflight(HttpRequest request) => HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod);

    /// <summary>Says so when the answer begins, whatever becomes of it: a page must be able to read errors as well.</summary>
    public static void Open(HttpContext http) => http.Response.OnStarting(static state =>
    {
        var (request, response) = (((HttpContext)state).Request, ((HttpContext)state).Response);
        response.Headers.AccessControlAllowOrigin = request.Headers.Origin;
        response.Headers.AccessControlExposeHeaders = "*";
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        return Task.CompletedTask;
    }, http);

    /// <summary>Grants the leave. It opens nothing by itself: the request needs its key as ever.</summary>
    public static void AnswerPreflight(HttpContext http)
    {
        var (request, headers) = (http.Request, http.Response.Headers);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = request.Headers.AccessControlRequestHeaders;
        headers.AccessControlMaxAge = MaxAge;
        if (request.Headers.ContainsKey(PrivateNetworkAsked))
        {
            headers[PrivateNetworkAllowed] = "true";
        }
    }
}
