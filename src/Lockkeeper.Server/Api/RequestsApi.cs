using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /admin/requests</c> and <c>/admin/requests/{id}</c>: what became of each.</summary>
internal static class RequestsApi
{
    private const int DefaultLimit = 100;

    public static void MapRequests(this IEndpointRouteBuilder routes, Journal journal, Admission admission)
    {
        routes.MapGet("/admin/requests", (HttpContext http) => ListAsync(http, journal, admission));
        routes.MapGet("/admin/requests/{id}", (HttpContext http) => ShowAsync(http, journal, admission));
    }

    public static void Write(Utf8JsonWriter json, JournalEntry entry, int? position)
    {
        json.WriteStartObject();
        json.WriteString("id", entry.Id);
        json.WriteString("client_request_id", entry.ClientRequestId);
        json.WriteString("route", entry.Route);
        json.WriteString("model", entry.Model?.Value);
        json.WriteString("priority", entry.Priority is { } priority ? PriorityName.Of(priority) : null);
        json.WriteString("key", entry.Key);
        json.Time("arrived", entry.Arrived);
        json.WriteString("state", WordOf(entry.State));
        json.Number("position", position);
        json.Milliseconds("queue_ms", entry.Queue);
        json.Milliseconds("load_ms", entry.Queue is null ? null : entry.Load);
        json.Milliseconds("first_byte_ms", entry.FirstByte);
        json.Milliseconds("duration_ms", entry.Duration);
        json.Number("prompt_tokens", entry.PromptTokens);
        json.Number("completion_tokens", entry.CompletionTokens);
        json.WriteNumber("bytes", entry.Bytes);
        json.Number("max_tokens", entry.MaxTokens);
        json.WriteString("instance", entry.Instance?.ToString());
        json.WriteString("outcome", entry.Outcome is { } outcome ? RouterMetrics.WordOf(outcome) : null);
        json.Number("status", entry.Status);
        json.WriteString("error", entry.ErrorCode);
        json.WriteString("blame", entry.Blame is { } blame ? RouterMetrics.WordOf(blame) : null);
        json.WriteEndObject();
    }

    private static async Task ListAsync(HttpContext http, Journal journal, Admission admission)
    {
        var limit = DefaultLimit;
        if (http.Request.Query.TryGetValue("limit", out var asked)
            && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1))
        {
            await Refuse.WithAsync(http, new RouterError.FieldInvalid("limit", "must be a whole number from 1 up."), Dialect.OpenAi, atEventBoundary: true);
            return;
        }

        var entries = journal.Latest(limit);
        var positions = await PositionsAsync(admission);
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("requests");
            foreach (var entry in entries)
            {
                Write(json, entry, PositionOf(entry, positions));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task ShowAsync(HttpContext http, Journal journal, Admission admission)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        if (journal.Find(id) is not { } entry)
        {
            await Refuse.WithAsync(http, new RouterError.RequestUnknown(id), Dialect.OpenAi, atEventBoundary: true);
            return;
        }

        var positions = await PositionsAsync(admission);
        await JsonReply.WriteAsync(http, json => Write(json, entry, PositionOf(entry, positions)));
    }

    private static async Task<Dictionary<long, int>> PositionsAsync(Admission admission) =>
        (await admission.LookAsync()).Waiting.Select((waiting, ahead) => (waiting.Ticket.Id, Position: ahead + 1)).ToDictionary(place => place.Id, place => place.Position);

    private static int? PositionOf(JournalEntry entry, Dictionary<long, int> positions) =>
        entry.Ticket?.Ticket is { } ticket && positions.TryGetValue(ticket.Id, out var position) ? position : null;

    private static string WordOf(RequestState state) => state switch
    {
        RequestState.Preparing => "preparing",
        RequestState.Queued => "queued",
        RequestState.Answering => "answering",
        _ => "ended",
    };
}
