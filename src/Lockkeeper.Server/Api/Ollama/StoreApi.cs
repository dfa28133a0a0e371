using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Ingress;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary><c>/api/create</c>, <c>/api/copy</c>, <c>/api/delete</c>, <c>/api/push</c>, <c>/api/blobs</c>: what changes the models an Ollama has stored. For nobody, unless the configuration says otherwise.</summary>
internal static class StoreApi
{
    public static void MapStore(this IEndpointRouteBuilder routes, LiveCatalog catalog, OllamaStore store)
    {
        Task AnswerAsync(HttpContext http) => ChangeAsync(http, catalog, store);
        routes.MapPost("/api/create", AnswerAsync);
        routes.MapPost("/api/copy", AnswerAsync);
        routes.MapPost("/api/push", AnswerAsync);
        routes.MapMethods("/api/delete", [HttpMethods.Delete, HttpMethods.Post], AnswerAsync);
        routes.MapMethods("/api/blobs/{digest}", [HttpMethods.Head, HttpMethods.Post], AnswerAsync);
    }

    private static async Task ChangeAsync(HttpContext http, LiveCatalog catalog, OllamaStore store)
    {
        var (method, path) = (http.Request.Method, http.Request.Path.ToUriComponent());
        if (!store.MayChange() || store.Engine() is not { } engine)
        {
            RouterError error = store.MayChange() ? new RouterError.OllamaMissing(method, path) : new RouterError.OllamaGuarded(method, path);
            await Refuse.WithAsync(http, error, Dialect.Ollama, atEventBoundary: true);
            return;
        }

        using var body = new StreamContent(http.Request.Body); // a blob is as large as a model: it is never held here
        body.Headers.ContentLength = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false ? 0 : http.Request.ContentLength;
        await OllamaPassage.PassAsync(http, engine, body);
        await catalog.SearchAsync(http.RequestAborted);
    }
}
