using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Cloud;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /status</c>, <c>POST /admin/swap</c>, <c>POST /admin/discover</c>: in the shapes of local-engine-router, so that scripts written for it go on working.</summary>
internal static class StatusApi
{
    public static void MapStatus(this IEndpointRouteBuilder routes, Lookout lookout)
    {
        routes.MapGet("/status", (HttpContext http) => AnswerAsync(http, lookout));
        routes.MapPost("/admin/swap", (HttpContext http) => SwapAsync(http, lookout));
        routes.MapPost("/admin/discover", async (HttpContext http) =>
        {
            await lookout.SearchAsync(http.RequestAborted);
            await JsonReply.WriteAsync(http, json => WriteDiscovered(json, lookout.Catalog));
        });
    }

    private static async Task AnswerAsync(HttpContext http, Lookout lookout)
    {
        var standing = await lookout.LookAsync();
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("active_engine", EngineOf(lookout.Catalog, standing.Scheduler.Instances.FirstOrDefault(IsReady)?.Id.Model));
            WriteLastSwap(json, lookout);
            json.WriteStartObject("engines");
            foreach (var engine in lookout.Catalog.Models.GroupBy(model => model.Engine.Name))
            {
                WriteEngine(json, lookout, standing, engine);
            }

            json.WriteEndObject();
            json.WriteStartArray("models");
            foreach (var model in lookout.Catalog.Models)
            {
                json.WriteStartObject();
                json.WriteString("id", model.Id.Value);
                json.WriteString("engine", model.Engine.Name);
                json.WriteString("name", model.Id.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteLastSwap(Utf8JsonWriter json, Lookout lookout)
    {
        if (lookout.LastSwap is not { } swap)
        {
            json.WriteNull("last_swap");
            return;
        }

        json.WriteStartObject("last_swap");
        json.WriteString("from", EngineOf(lookout.Catalog, swap.From));
        json.WriteString("to", EngineOf(lookout.Catalog, swap.To));
        json.WriteNumber("duration_s", Math.Round(swap.Took.TotalSeconds, 2));
        json.WriteBoolean("ok", swap.Ok);
        json.WriteNumber("at", swap.At.ToUnixTimeMilliseconds() / 1000.0);
        json.WriteEndObject();
    }

    private static void WriteEngine(Utf8JsonWriter json, Lookout lookout, Standing standing, IGrouping<string, ModelSpec> engine)
    {
        if (engine.First() is var model && Clouds.Has(model))
        {
            // Always there, as far as one can know without asking, and never a process of this machine.
            json.WriteStartObject(engine.Key);
            json.WriteBoolean("ready", true);
            json.WriteNumber("in_flight", lookout.Clouds.InFlightAt(engine.Key));
            json.WriteString("base_url", model.Engine.Url?.GetLeftPart(UriPartial.Path).TrimEnd('/'));
            json.WriteBoolean("process_running", false);
            json.WriteEndObject();
            return;
        }

        var instances = standing.Scheduler.Instances.Where(instance => engine.Any(model => model.Id == instance.Id.Model)).ToList();
        var run = instances.Select(instance => standing.Runs.GetValueOrDefault(instance.Id)).FirstOrDefault(run => run?.BaseAddress is not null);
        json.WriteStartObject(engine.Key);
        json.WriteBoolean("ready", instances.Any(IsReady));
        json.WriteNumber("in_flight", instances.Sum(instance => instance.InFlight));
        json.WriteString("base_url", run?.BaseAddress?.GetLeftPart(UriPartial.Authority));
        json.WriteBoolean("process_running", instances.Any(instance => standing.Runs.GetValueOrDefault(instance.Id)?.Pid is not null));
        json.WriteEndObject();
    }

    private static void WriteDiscovered(Utf8JsonWriter json, ModelCatalog catalog)
    {
        json.WriteStartObject();
        json.WriteStartObject("engines");
        foreach (var engine in catalog.Models.GroupBy(model => model.Engine.Name))
        {
            json.WriteStartArray(engine.Key);
            foreach (var id in engine.Select(model => model.Id.Value).Order(StringComparer.Ordinal))
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static async Task SwapAsync(HttpContext http, Lookout lookout)
    {
        if (!(await WishBody.ReadAsync(http)).Holds(out var body, out _))
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "invalid_request_error", "request body must be JSON");
            return;
        }

        var engine = NameIn(body, "engine");
        var asked = NameIn(body, "model");
        if (engine is null && asked is null)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "invalid_request_error", "body must contain 'model' or 'engine'");
            return;
        }

        var model = engine is null ? lookout.Catalog.Find(asked!) : OfEngine(lookout.Catalog, await lookout.LookAsync(), engine);
        if (model is null)
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, "engine_error", engine is null ? $"no engine can serve model '{asked}'" : $"unknown engine '{engine}'");
            return;
        }

        try
        {
            if ((await WishesApi.LoadAsync(http, lookout, model, body)).Holds(out _, out var error))
            {
                await AnswerAsync(http, lookout);
                return;
            }

            await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, "engine_error", error.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Who asked has left.
        }
    }

    /// <summary>The model of that engine that is resident, else the first configured; null for an unknown engine.</summary>
    private static ModelSpec? OfEngine(ModelCatalog catalog, Standing standing, string engine)
    {
        var models = catalog.Models.Where(model => model.Engine.Name == engine).ToList();
        return models.Find(model => standing.Scheduler.Instances.Any(instance => instance.Id.Model == model.Id)) ?? models.FirstOrDefault();
    }

    private static string? NameIn(JsonElement body, string member) =>
        body.TryGetProperty(member, out var name) && name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 } text ? text : null;

    private static string? EngineOf(ModelCatalog catalog, ModelId? model) => model is { } id ? catalog.Find(id.Value)?.Engine.Name : null;

    private static bool IsReady(InstanceReport instance) => instance.Phase is InstancePhase.Ready or InstancePhase.Draining;

    private static Task RefuseAsync(HttpContext http, int status, string type, string message) => JsonReply.WriteAsync(
        http,
        json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("message", message);
            json.WriteString("type", type);
            json.WriteEndObject();
            json.WriteEndObject();
        },
        status);
}
