using System.Text.Json;
using Lockkeeper.Core.Scheduling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /admin/pools</c>: memory, who claims it, and who is next.</summary>
internal static class PoolsApi
{
    public static void MapPools(this IEndpointRouteBuilder routes, Lookout lookout) => routes.MapGet("/admin/pools", async (HttpContext http) =>
    {
        var standing = await lookout.LookAsync();
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("pools");
            foreach (var pool in standing.Scheduler.Pools)
            {
                Write(json, pool);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    public static void Write(Utf8JsonWriter json, PoolReport pool)
    {
        json.WriteStartObject();
        json.WriteString("pool", pool.Name);
        json.WriteString("policy", pool.Policy == PoolPolicy.Fit ? "fit" : "exclusive");
        json.Number("capacity", pool.Capacity);
        json.WriteNumber("claimed", pool.Claimed);
        json.Number("available", pool.Available);
        json.WriteString("next", pool.Next?.Value);
        json.WriteEndObject();
    }
}
