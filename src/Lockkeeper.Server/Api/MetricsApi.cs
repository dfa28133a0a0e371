using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /metrics</c>: everything that is counted, in Prometheus' text format.</summary>
internal static class MetricsApi
{
    public static void MapMetrics(this IEndpointRouteBuilder routes, Admission admission, RouterMetrics metrics, PrometheusText text) => routes.MapGet("/metrics", async (HttpContext http) =>
    {
        metrics.Latest = await admission.LookAsync();
        http.Response.ContentType = PrometheusText.ContentType;
        await http.Response.WriteAsync(text.Write(), http.RequestAborted);
    });
}
