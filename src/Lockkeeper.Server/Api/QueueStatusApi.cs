using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /v1/queue/status</c>: the nine numbers of sluice, for its clients.</summary>
internal static class QueueStatusApi
{
    public static void MapQueueStatus(this IEndpointRouteBuilder routes, Lookout lookout, Wellbeing wellbeing) => routes.MapMethods("/v1/queue/status", [HttpMethods.Get, HttpMethods.Head], async http =>
    {
        var standing = await lookout.LookAsync();
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            Write(json, lookout, wellbeing, standing);
            json.WriteEndObject();
        });
    });

    /// <summary>The numbers, as members of the object that is being written.</summary>
    public static void Write(Utf8JsonWriter json, Lookout lookout, Wellbeing wellbeing, Standing standing)
    {
        var totals = wellbeing.Totals.Now();
        var (active, longest) = lookout.Journal.Answering();
        json.WriteNumber("pending", standing.Scheduler.Waiting.Length);
        json.WriteNumber("active", active);
        json.WriteNumber("active_elapsed_s", Math.Round(longest?.TotalSeconds ?? 0, 1));
        json.WriteNumber("total_served", totals.Served);
        json.WriteNumber("total_rejected", totals.Rejected);
        json.WriteNumber("total_timeouts", totals.Timeouts);
        json.WriteNumber("total_errors", totals.Errors);
        json.WriteNumber("avg_latency_ms", Math.Round(totals.Average?.TotalMilliseconds ?? 0));
        json.WriteNumber("uptime_s", Math.Round(wellbeing.Uptime.TotalSeconds, 1));
    }
}
