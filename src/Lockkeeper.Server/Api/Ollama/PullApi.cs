using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary>
/// <c>POST /api/pull</c>: fetches a model. An Ollama fetches its own; a model of the hub (<c>discover[].auto_pull</c>) is fetched by its engine, which does that when it loads it; one that is here
/// already is fetched, whatever its engine.
/// </summary>
internal static class PullApi
{
    /// <summary>How often a client that waits is told how far it is.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static void MapPull(this IEndpointRouteBuilder routes, LiveCatalog catalog, Lookout lookout, OllamaStore store) => routes.MapPost("/api/pull", async (HttpContext http) =>
    {
        try
        {
            if (await AnswerAsync(http, catalog, lookout, store) is { } error)
            {
                await Refuse.WithAsync(http, error, Dialect.Ollama, atEventBoundary: true);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Who asked has left; what an engine fetches by then is its own affair.
        }
    });

    private static async Task<RouterError?> AnswerAsync(HttpContext http, LiveCatalog catalog, Lookout lookout, OllamaStore store)
    {
        if (!(await WishBody.ReadAsync(http)).Holds(out var body, out var error)
            || !AskedModel.In(body).Holds(out var asked, out error)
            || !WishBody.Flag(http, body, "stream", unless: true).Holds(out var stream, out error))
        {
            return error;
        }

        var caller = Caller.Of(http);
        if (AskedModel.Find(catalog.Current, asked, caller).Holds(out var model, out error))
        {
            if (model.Engine.Lifecycle == Lifecycle.Ollama && caller.UsesAllModels)
            {
                await PassAsync(http, catalog, model.Engine, body, model.AskedAs);
                return null;
            }

            return await new PullLines(http, stream).EndAsync();
        }

        if (error is not RouterError.ModelNotFound || !caller.UsesAllModels)
        {
            return error;
        }

        if (catalog.Puller?.Invoke(asked) is { } pulled)
        {
            return await LoadAsync(new PullLines(http, stream), lookout, pulled);
        }

        if (store.Engine() is not { } engine)
        {
            return error;
        }

        await PassAsync(http, catalog, engine, body, asked);
        return null;
    }

    /// <summary>Under the engine's own name for it, and with the catalog knowing at once what has come.</summary>
    private static async Task PassAsync(HttpContext http, LiveCatalog catalog, EngineSpec engine, JsonElement body, string name)
    {
        using var renamed = new ByteArrayContent(JsonReply.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("model", name);
            foreach (var member in body.EnumerateObject().Where(member => member.Name is not ("model" or "name")))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }));
        await OllamaPassage.PassAsync(http, engine, renamed);
        await catalog.SearchAsync(http.RequestAborted);
    }

    /// <summary>Its engine fetches it as it loads it, and says nothing of how much is left: what can be told is how the load stands.</summary>
    private static async Task<RouterError?> LoadAsync(PullLines lines, Lookout lookout, ModelSpec model)
    {
        if (Clouds.Has(model))
        {
            return await lines.EndAsync();
        }

        if (lookout.WhyNotStart(model) is { } failure)
        {
            return new RouterError.StartFailed(model.Id, failure);
        }

        var ticket = lookout.Admission.TakeTicket(new TicketRequest(model.Id, Priority.High) { OnlyLoads = true });
        var decision = ticket.DecisionAsync(lines.ClientGone).AsTask();
        while (await Task.WhenAny(decision, Task.Delay(Pause, lookout.Journal.Time, lines.ClientGone)) != decision)
        {
            await lines.SayAsync((await ticket.LookAsync())?.ToString() ?? "loading");
        }

        switch (await decision)
        {
            case AdmissionResult.Granted(var lease):
                await lease.DisposeAsync();
                return await lines.EndAsync();
            case AdmissionResult.Refused(var error):
                return await lines.FailAsync(error);
            default:
                return null;
        }
    }
}
