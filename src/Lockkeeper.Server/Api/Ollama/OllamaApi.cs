using Lockkeeper.Server.Catalog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary>Ollama's API without its answers: what there is, what it can do, what is loaded, and how more is fetched. For every model, whatever its engine.</summary>
internal static class OllamaApi
{
    /// <summary>
    /// The release of Ollama whose API this is. Clients compare it number by number: VS Code wants 0.6.4 at least, and others look for what came with a later one. To be raised
    /// when this API gains what a later release has, never for its own sake.
    /// </summary>
    public const string Version = "0.33.0";

    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    /// <param name="routes">Where they are added.</param>
    /// <param name="catalog">The models.</param>
    /// <param name="lookout">How everything stands.</param>
    /// <param name="store">What an Ollama stores.</param>
    /// <param name="since">What each model says of its last change: nobody knows when that was.</param>
    public static void MapOllama(this IEndpointRouteBuilder routes, LiveCatalog catalog, Lookout lookout, OllamaStore store, DateTimeOffset since)
    {
        // Clients look for these very words; so no page of ours can be here.
        routes.MapMethods("/", Reads, async http =>
        {
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync("Ollama is running", http.RequestAborted);
        });
        routes.MapMethods("/api/version", Reads, http => JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("version", Version);
            json.WriteEndObject();
        }));
        routes.MapTags(catalog, since);
        routes.MapShow(catalog, since);
        routes.MapPs(lookout);
        routes.MapPull(catalog, lookout, store);
        routes.MapStore(catalog, store);
    }
}
