using Lockkeeper.Core.Config;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Security;

/// <summary>
/// What every request passes before anything else looks at it: host, origin, key, scope, limits. It costs a request a few comparisons and no allocation as long as there are no keys,
/// and a piece of an answer nothing.
/// </summary>
internal sealed partial class FrontDoor(ServerConfig server, KeyRing keys, ILogger<FrontDoor> logger)
{
    private readonly HostCheck _hosts = new(server);
    private readonly OriginCheck _origins = new(server);

    /// <summary>Is told of each request that is not let in, on its own thread.</summary>
    public Action<RouterError>? Refused { get; init; }

    public Task PassAsync(HttpContext http, RequestDelegate next)
    {
        if (CheckSender(http) is { } refusal)
        {
            return RefuseAsync(http, refusal);
        }

        if (http.Request.Headers.Origin.Count > 0 && CrossOrigin.IsPreflight(http.Request))
        {
            CrossOrigin.AnswerPreflight(http);
            return Task.CompletedTask;
        }

        if (RouteScope.Of(http.Request.Path) is not { } scope)
        {
            // Nobody is asked for a key here; who shows one all the same may be told more.
            if (keys.Identify(http).Holds(out var known, out _))
            {
                http.Features.Set(known);
            }

            return next(http);
        }

        if (!keys.Identify(http).Holds(out var caller, out var error))
        {
            return RefuseAsync(http, error);
        }

        if (!caller.May(scope))
        {
            return RefuseAsync(http, new RouterError.ScopeMissing(caller.ToString(), scope));
        }

        http.Features.Set(caller);
        return caller.Limits is { } limits && scope == Scope.Infer && HttpMethods.IsPost(http.Request.Method) ? WithinAsync(limits, http, next) : next(http);
    }

    /// <summary>Whether the request was meant for this server, and by somebody who may.</summary>
    private RouterError? CheckSender(HttpContext http)
    {
        var headers = http.Request.Headers;
        var host = headers.Host.ToString();
        if (!_hosts.Admits(host))
        {
            return new RouterError.HostRefused(host);
        }

        if (headers.Origin.Count == 0)
        {
            return null;
        }

        var origin = headers.Origin.ToString();
        if (OriginCheck.IsOwn(origin, host))
        {
            return null;
        }

        if (!_origins.Admits(origin))
        {
            return new RouterError.OriginRefused(origin);
        }

        CrossOrigin.Open(http);
        return null;
    }

    private async Task WithinAsync(CallerLimits limits, HttpContext http, RequestDelegate next)
    {
        if (limits.Enter() is { } error)
        {
            await RefuseAsync(http, error);
            return;
        }

        try
        {
            await next(http);
        }
        finally
        {
            limits.Leave();
        }
    }

    private Task RefuseAsync(HttpContext http, RouterError error)
    {
        LogRefused(http.TraceIdentifier, error.Code, error.Message);
        Refused?.Invoke(error);
        return Refuse.WithAsync(http, error, RouteDialect.Of(http.Request.Path), atEventBoundary: true).AsTask();
    }

    [LoggerMessage(600, LogLevel.Debug, "{Request} not let in: {Code}: {Message}")]
    private partial void LogRefused(string request, string code, string message);
}
