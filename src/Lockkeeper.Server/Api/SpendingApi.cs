using System.Globalization;
using Lockkeeper.Server.Engines.Cloud;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /admin/spending</c>: what models in clouds have cost today, and what they may.</summary>
internal static class SpendingApi
{
    public static void MapSpending(this IEndpointRouteBuilder routes, Lookout lookout, Spending spending) => routes.MapGet("/admin/spending", http => JsonReply.WriteAsync(http, json =>
    {
        var now = spending.Now();
        json.WriteStartObject();
        json.WriteString("day", lookout.Journal.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.Time("resets_at", spending.Reset);
        json.WriteStartArray("models");
        foreach (var model in lookout.Catalog.Models.Where(model => model.Price is not null))
        {
            var (spent, heldBack) = now.GetValueOrDefault(model.Id);
            json.WriteStartObject();
            json.WriteString("model", model.Id.Value);
            json.WriteNumber("spent_usd", Math.Round(spent, 6));
            json.WriteNumber("in_flight_usd", Math.Round(heldBack, 6));
            json.Number("max_usd_per_day", model.MaxUsdPerDay);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }));
}
