using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /health</c>: 200 while Lockkeeper serves, whatever the engines do. For supervisors and load balancers.</summary>
internal static class HealthApi
{
    private static readonly byte[] Ok = "{\"status\":\"ok\"}"u8.ToArray();

    public static IEndpointConventionBuilder MapHealth(this IEndpointRouteBuilder routes) => routes.MapMethods("/health", [HttpMethods.Get, HttpMethods.Head], async http =>
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = Ok.Length;
        await http.Response.Body.WriteAsync(Ok, http.RequestAborted);
    });
}
