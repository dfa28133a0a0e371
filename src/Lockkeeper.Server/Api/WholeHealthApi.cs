using System.Text.Json;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /v1/health</c>: how the whole is. Always 200; words of sluice, fields of mlx-router. Who has to have a key and shows none is told the word alone.</summary>
internal static class WholeHealthApi
{
    private const double Gigabyte = 1024 * 1024 * 1024;

    /// <summary>Share of the swap space in use that mlx-router calls high.</summary>
    private const double MuchSwap = 0.2;

    public static void MapWholeHealth(this IEndpointRouteBuilder routes, Lookout lookout, Wellbeing wellbeing) => routes.MapMethods("/v1/health", [HttpMethods.Get, HttpMethods.Head], async http =>
    {
        var standing = await lookout.LookAsync();
        var troubles = wellbeing.Troubles(standing);
        var caller = http.Features.Get<Caller>();
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", WordOf(troubles, standing));
            if (caller is not null)
            {
                Write(json, lookout, wellbeing, standing, troubles, caller);
            }

            json.WriteEndObject();
        });
    });

    private static string WordOf(IReadOnlyList<string> troubles, Standing standing) =>
        troubles.Count > 0 ? "degraded" : standing.Scheduler.Instances.Any(instance => instance.Phase == InstancePhase.Starting) ? "warming" : "ok";

    private static void Write(Utf8JsonWriter json, Lookout lookout, Wellbeing wellbeing, Standing standing, IReadOnlyList<string> troubles, Caller caller)
    {
        var totals = wellbeing.Totals.Now();
        var models = lookout.Catalog.Models.Where(caller.MayUse).ToList();
        var instances = standing.Scheduler.Instances.Where(instance => models.Exists(model => model.Id == instance.Id.Model)).ToList();
        json.WriteStartArray("troubles");
        foreach (var trouble in caller.UsesAllModels ? troubles : [])
        {
            json.WriteStringValue(trouble);
        }

        json.WriteEndArray();
        json.WriteNumber("uptime_seconds", Math.Round(wellbeing.Uptime.TotalSeconds, 1));
        json.WriteNumber("request_count", totals.All);
        json.WriteString("current_model", instances.FirstOrDefault(instance => instance.Phase == InstancePhase.Ready)?.Id.Model.Value);
        json.WriteNumber("models_ready", instances.Count(instance => instance.Phase == InstancePhase.Ready));
        json.WriteNumber("models_total", models.Count);
        json.WriteStartArray("models");
        foreach (var instance in instances)
        {
            json.WriteStartObject();
            json.WriteString("id", instance.Id.Model.Value);
            json.WriteString("state", InstancesApi.WordOf(instance.Phase));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteBackends(json, standing, models);
        json.WriteStartObject("queue");
        QueueStatusApi.Write(json, lookout, wellbeing, standing);
        json.WriteNumber("total_cancelled", totals.Cancelled);
        json.WriteEndObject();
        WriteMemory(json, wellbeing, standing, models);
    }

    /// <summary>As sluice says it: each model by every name it has, and each engine that has an address by that.</summary>
    private static void WriteBackends(Utf8JsonWriter json, Standing standing, List<ModelSpec> models)
    {
        json.WriteStartObject("model_status");
        foreach (var (name, model) in models.SelectMany(model => model.Aliases.Prepend(model.Id.Value).Select(name => (name, model))))
        {
            json.WriteString(name, Clouds.Has(model) ? "api" : StatusOf([model], standing));
        }

        json.WriteEndObject();
        json.WriteStartObject("backends");
        foreach (var engine in models.Where(model => model.Engine.Url is not null).GroupBy(model => model.Engine.Url!.ToString().TrimEnd('/'), StringComparer.Ordinal))
        {
            json.WriteString(engine.Key, Clouds.Has(engine.First()) ? "ready" : StatusOf([.. engine], standing));
        }

        json.WriteEndObject();
    }

    private static string StatusOf(List<ModelSpec> models, Standing standing)
    {
        var phases = standing.Scheduler.Instances.Where(instance => models.Exists(model => model.Id == instance.Id.Model)).Select(instance => instance.Phase).ToList();
        return phases.Contains(InstancePhase.Ready) || phases.Contains(InstancePhase.Draining) ? "ready"
            : phases.Contains(InstancePhase.Starting) ? "loading"
            : models.Exists(model => standing.Scheduler.BackingOff.Contains(model.Id)) ? "failed"
            : "pending";
    }

    private static void WriteMemory(Utf8JsonWriter json, Wellbeing wellbeing, Standing standing, List<ModelSpec> models)
    {
        var (total, available, swap, level) = (wellbeing.Memory.Total(), wellbeing.Memory.Available(), wellbeing.Memory.Swap(), wellbeing.Pressure());
        var used = total - available;
        json.WriteString("memory_status", level switch
        {
            PressureLevel.Normal => "healthy",
            PressureLevel.Moderate => "warning",
            PressureLevel.High => "degraded",
            _ => "critical",
        });
        json.WriteString("memory_pressure", level.ToString().ToLowerInvariant());
        json.WriteStartObject("memory");
        json.Number("total_gb", Gigabytes(total));
        json.Number("available_gb", Gigabytes(available));
        json.Number("used_gb", Gigabytes(used));
        json.Number("used_percent", total > 0 && used is { } bytes ? Math.Round(100.0 * bytes / total.Value, 1) : null);
        json.Number("swap_total_gb", Gigabytes(swap?.Total));
        json.Number("swap_used_gb", Gigabytes(swap?.Used));
        json.Number("swap_percent", swap is { } space ? Math.Round(100 * space.Share, 1) : null);
        json.WriteEndObject();
        json.WriteStartObject("memory_health");
        json.WriteString("swap_pressure", swap is { Share: > MuchSwap } ? "high" : "low");
        json.WriteStartArray("can_load_models");
        foreach (var model in models.Where(model => model.Enabled && MemoryNeed.Of(model, standing).FitsNow == true))
        {
            json.WriteStringValue(model.Id.Value);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static double? Gigabytes(long? bytes) => bytes is { } known ? Math.Round(known / Gigabyte, 2) : null;
}
