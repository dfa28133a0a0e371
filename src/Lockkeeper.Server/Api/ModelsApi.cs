using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>: what the caller can ask for, in OpenAI's shape, and how it stands.</summary>
internal static class ModelsApi
{
    /// <summary>
    /// By this query Codex is known, which wants a list in a shape of its own under <c>models</c> (with instructions of many pages for each) and calls an answer without it broken. An empty one leaves
    /// it with what it knows itself.
    /// </summary>
    private const string CodexVersion = "client_version";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <param name="routes">Where they are added.</param>
    /// <param name="catalog">The models.</param>
    /// <param name="look">How everything stands.</param>
    /// <param name="since">What <c>created</c> says of each: nobody knows when a model was.</param>
    public static void MapModels(this IEndpointRouteBuilder routes, LiveCatalog catalog, Func<Task<Standing>> look, DateTimeOffset since)
    {
        routes.MapMethods("/v1/models", Methods, async http =>
        {
            await catalog.FreshenAsync(http.RequestAborted);
            var standing = await look();
            var caller = Caller.Of(http);
            await JsonReply.WriteAsync(http, json =>
            {
                json.WriteStartObject();
                json.WriteString("object", "list");
                json.WriteStartArray("data");
                foreach (var model in catalog.Current.Models.Where(caller.MayUse))
                {
                    Write(json, model, standing, since);
                }

                json.WriteEndArray();
                if (http.Request.Query.ContainsKey(CodexVersion))
                {
                    json.WriteStartArray("models");
                    json.WriteEndArray();
                }

                json.WriteEndObject();
            });
        });

        // An id may have slashes in it.
        routes.MapMethods("/v1/models/{**id}", Methods, async http =>
        {
            // The server has decoded the path, all but an encoded slash.
            var asked = ((string?)http.Request.RouteValues["id"] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
            if (!Find(catalog.Current, asked, Caller.Of(http)).Holds(out var model, out var error))
            {
                await Refuse.WithAsync(http, error, Dialect.OpenAi, atEventBoundary: true);
                return;
            }

            var standing = await look();
            await JsonReply.WriteAsync(http, json => Write(json, model, standing, since));
        });
    }

    /// <summary>One that is disabled can be looked at all the same.</summary>
    private static Checked<ModelSpec> Find(ModelCatalog catalog, string asked, Caller caller) =>
        catalog.Find(asked) is { } model ? caller.MayUse(model) ? model : new RouterError.ModelForbidden(caller.ToString(), asked) : Resolve.Named(catalog, asked, caller);

    private static void Write(Utf8JsonWriter json, ModelSpec model, Standing standing, DateTimeOffset since)
    {
        var (facts, need) = (model.Facts, MemoryNeed.Of(model, standing));
        json.WriteStartObject();
        json.WriteString("id", model.Id.Value);
        json.WriteString("object", "model");
        json.WriteNumber("created", since.ToUnixTimeSeconds());
        json.WriteString("owned_by", model.Engine.Name);
        json.WriteString("engine", model.Engine.Name);
        json.WriteString("state", StateOf(model, standing));
        json.WriteString("type", WordOf(model.Type));
        Texts(json, "capabilities", model.Capabilities.Select(WordOf));
        json.Number("context_length", (long?)model.ServedContext);
        json.Number("trained_context_length", (long?)facts?.ContextLength);
        json.WriteString("quantization", model.Quantization);
        json.WriteString("architecture", facts?.Architecture);
        json.Number("parameters", facts?.Parameters);
        json.WriteString("chat_template", facts?.TemplateName);
        Texts(json, "aliases", model.Aliases);
        json.WriteNumber("max_concurrency", model.MaxConcurrency);
        json.WriteBoolean("discovered", model.Discovered);
        json.Number("memory_required", need.Bytes);
        json.WriteString("memory_source", need.Source);
        if (need.FitsNow is { } fits)
        {
            json.WriteBoolean("fits_now", fits);
        }
        else
        {
            json.WriteNull("fits_now");
        }

        json.WriteEndObject();
    }

    private static string StateOf(ModelSpec model, Standing standing) =>
        !model.Enabled ? "disabled"
        : model.Engine.Lifecycle == Lifecycle.Cloud ? "ready"
        : standing.Scheduler.Instances.LastOrDefault(instance => instance.Id.Model == model.Id) is { } instance ? InstancesApi.WordOf(instance.Phase)
        : standing.Scheduler.BackingOff.Contains(model.Id) ? "failed"
        : "unloaded";

    private static string WordOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
