using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Learned;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /admin/models</c>: what was learned of each model. Null where nothing is known yet.</summary>
internal static class FiguresApi
{
    private static readonly LearnedModel Nothing = new();

    public static void MapFigures(this IEndpointRouteBuilder routes, Lookout lookout) => routes.MapGet("/admin/models", async (HttpContext http) =>
    {
        var standing = await lookout.LookAsync();
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var model in lookout.Catalog.Models)
            {
                Write(json, standing, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    public static void Write(Utf8JsonWriter json, Standing standing, ModelSpec model)
    {
        var learned = standing.Learned.GetValueOrDefault(model.Id, Nothing);
        json.WriteStartObject();
        json.WriteString("id", model.Id.Value);
        json.WriteString("engine", model.Engine.Name);
        json.WriteBoolean("resident", standing.Scheduler.Instances.Any(instance => instance.Id.Model == model.Id));
        json.Seconds("load_s", learned.Figures.Load);
        json.Seconds("free_s", learned.Figures.Free);
        json.Seconds("service_s", learned.Figures.Service);
        json.Number("footprint", learned.Figures.Footprint);
        json.Number("held", learned.Held);
        json.WriteBoolean("ran_alone", learned.Figures.RanAlone);
        json.Number("tokens_per_second", learned.Speed.TokensPerSecond);
        json.Number("prompt_tokens_per_second", learned.Speed.PromptTokensPerSecond);
        json.WriteNumber("max_concurrency", model.MaxConcurrency);
        json.Seconds("drain_s", learned.Phases.Drain);
        json.Seconds("stop_s", learned.Phases.Stop);
        json.Seconds("settle_s", learned.Phases.Settle);
        json.WriteEndObject();
    }
}
