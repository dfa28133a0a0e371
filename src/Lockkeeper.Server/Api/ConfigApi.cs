using System.Text.Json;
using Lockkeeper.Server.Config;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /admin/config</c>: what is in force, and what came of the last try to change it; <c>POST /admin/reload</c>: loads it again, and answers the same.</summary>
internal static class ConfigApi
{
    public static void MapConfig(this IEndpointRouteBuilder routes, ConfigInForce config)
    {
        routes.MapGet("/admin/config", (HttpContext http) => JsonReply.WriteAsync(http, json => Write(json, config)));
        routes.MapPost("/admin/reload", (HttpContext http) =>
        {
            var ok = config.Reload(ReloadCause.Request).Ok;
            return JsonReply.WriteAsync(http, json => Write(json, config), ok ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
        });
    }

    private static void Write(Utf8JsonWriter json, ConfigInForce config)
    {
        json.WriteStartObject();
        json.WriteString("file", config.Files?.Main);
        json.WriteString("include", config.Files?.Folder);
        json.Time("in_force_since", config.Since);
        json.WriteStartObject("last_try");
        json.Time("at", config.LastTry.At);
        json.WriteString("cause", JsonNamingPolicy.SnakeCaseLower.ConvertName(config.LastTry.Cause.ToString()));
        json.WriteBoolean("ok", config.LastTry.Ok);
        ProblemsJson.Write(json, "problems", config.LastTry.Problems);
        json.WriteEndObject();
        json.WriteStartArray("restart_needed_for");
        foreach (var key in config.NeedRestart)
        {
            json.WriteStringValue(key.ToString());
        }

        json.WriteEndArray();
        json.WritePropertyName("config");
        ConfigJson.Write(json, config.Config);
        json.WriteEndObject();
    }
}
