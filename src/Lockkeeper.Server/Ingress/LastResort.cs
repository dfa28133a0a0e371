using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Ingress;

/// <summary>Around everything that answers: what throws instead is answered here, in the shape of every other error. A fault of Lockkeeper's own is logged with its stack.</summary>
internal sealed partial class LastResort(ILogger<LastResort> logger)
{
    public async Task PassAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (Exception failure)
        {
            var error = MeaningOf(failure, http);
            if (error is RouterError.Internal)
            {
                LogFault(failure, http.TraceIdentifier, http.Request.Method, http.Request.Path.ToUriComponent());
            }
            else
            {
                LogBroken(http.TraceIdentifier, error.Code, error.Message);
            }

            // Where a begun stream stands is not known here; one empty line too many is nothing to its reader.
            await Refuse.WithAsync(http, error, RouteDialect.Of(http.Request.Path), atEventBoundary: false);
        }
    }

    /// <summary>Whose doing an exception is: what comes of a client's connection is the client's, everything else is a fault of ours.</summary>
    public static RouterError MeaningOf(Exception failure, HttpContext http) => failure switch
    {
        BadHttpRequestException broken => new RouterError.BodyBroken(broken.StatusCode, broken.Message),
        ConnectionResetException or ConnectionAbortedException => new RouterError.ClientGone(),
        OperationCanceledException or IOException when http.RequestAborted.IsCancellationRequested => new RouterError.ClientGone(),
        _ => new RouterError.Internal(http.TraceIdentifier),
    };

    [LoggerMessage(104, LogLevel.Error, "{Request} failed by a fault of Lockkeeper's own, at {Method} {Path}")]
    private partial void LogFault(Exception failure, string request, string method, string path);

    [LoggerMessage(105, LogLevel.Debug, "{Request} broke off, the client's doing: {Code}: {Message}")]
    private partial void LogBroken(string request, string code, string message);
}
