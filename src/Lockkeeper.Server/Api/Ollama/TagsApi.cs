using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary><c>GET /api/tags</c>: every model the caller may use. Some clients drop the whole list for one field that is missing or of another type, so all of them are always there.</summary>
internal static class TagsApi
{
    public static void MapTags(this IEndpointRouteBuilder routes, LiveCatalog catalog, DateTimeOffset since) => routes.MapMethods("/api/tags", [HttpMethods.Get, HttpMethods.Head], async http =>
    {
        await catalog.FreshenAsync(http.RequestAborted);
        var caller = Caller.Of(http);
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var model in catalog.Current.Models.Where(model => model.Enabled && caller.MayUse(model)))
            {
                json.WriteStartObject();
                ModelCard.WriteName(json, model.Id.Value);
                json.WriteString("modified_at", ModelCard.ModifiedAt(model, since));
                json.WriteNumber("size", ModelCard.SizeOf(model));
                json.WriteString("digest", ModelCard.DigestOf(model));
                ModelCard.WriteDetails(json, model);
                ModelCard.WriteCapabilities(json, model);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });
}
