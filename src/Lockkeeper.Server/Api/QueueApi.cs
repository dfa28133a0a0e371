using System.Text.Json;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /admin/queue</c>: who waits, in the order of service; <c>DELETE /admin/queue/{id}</c>: end a request that waits or runs.</summary>
internal static class QueueApi
{
    public static void MapQueue(this IEndpointRouteBuilder routes, Lookout lookout)
    {
        routes.MapGet("/admin/queue", async (HttpContext http) =>
        {
            var standing = await lookout.LookAsync();
            await JsonReply.WriteAsync(http, json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("drained", standing.Scheduler.Drained);
                json.WriteStartArray("queue");
                Write(json, standing);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        });
        routes.MapDelete("/admin/queue/{id}", (HttpContext http) => CancelAsync(http, lookout.Journal));
    }

    /// <summary>Writes each ticket into an array that has begun.</summary>
    public static void Write(Utf8JsonWriter json, Standing standing)
    {
        var position = 0;
        foreach (var waiting in standing.Scheduler.Waiting)
        {
            json.WriteStartObject();
            json.WriteString("id", standing.Requests.GetValueOrDefault(waiting.Ticket.Id)?.Id);
            json.WriteString("model", waiting.Ticket.Model.Value);
            json.WriteString("key", waiting.Ticket.Key);
            json.WriteString("priority", PriorityName.Of(waiting.Ticket.Priority));
            json.WriteNumber("position", ++position);
            json.Milliseconds("age_ms", standing.Scheduler.Now - waiting.Since);
            json.Milliseconds("eta_ms", waiting.Eta);
            json.Time("deadline", standing.TimeOf(waiting.Deadline));
            json.WriteBoolean("overdue", standing.Scheduler.Now >= waiting.Deadline);
            json.WriteEndObject();
        }
    }

    private static async Task CancelAsync(HttpContext http, Journal journal)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        var live = journal.FindLive(id);
        var running = live?.Entry.State == RequestState.Answering;
        if (live is null || !live.TryCancel())
        {
            RouterError error = live is null && journal.Find(id) is null ? new RouterError.RequestUnknown(id) : new RouterError.RequestEnded(id);
            await Refuse.WithAsync(http, error, Dialect.OpenAi, atEventBoundary: true);
            return;
        }

        // What runs is over only when its engine's connection is closed; what waits is out of the queue.
        await JsonReply.WriteAsync(
            http,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                json.WriteString("cancelled", running ? "running" : "waiting");
                json.WriteEndObject();
            },
            running ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
    }
}
