using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /v1/models</c>: what the caller can ask for, in OpenAI's shape.</summary>
internal static class ModelsApi
{
    public static IEndpointConventionBuilder MapModels(this IEndpointRouteBuilder routes, LiveCatalog catalog, DateTimeOffset since)
    {
        var all = new Listed(ModelCatalog.Of([]), []);
        return routes.MapMethods("/v1/models", [HttpMethods.Get, HttpMethods.Head], async http =>
        {
            var caller = Caller.Of(http);
            var now = catalog.Current;
            var known = all.Catalog == now ? all : all = new Listed(now, List(now.Models, since));
            var list = caller.UsesAllModels ? known.List : List(now.Models.Where(caller.MayUse), since);
            http.Response.ContentType = "application/json; charset=utf-8";
            http.Response.ContentLength = list.Length;
            await http.Response.Body.WriteAsync(list, http.RequestAborted);
        });
    }

    private static byte[] List(IEnumerable<ModelSpec> models, DateTimeOffset since)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var model in models)
            {
                json.WriteStartObject();
                json.WriteString("id", model.Id.Value);
                json.WriteString("object", "model");
                json.WriteNumber("created", since.ToUnixTimeSeconds());
                json.WriteString("owned_by", model.Engine.Name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>The list that most callers get, and the catalog it was made from.</summary>
    private sealed record Listed(ModelCatalog Catalog, byte[] List);
}
