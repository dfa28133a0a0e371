using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Scheduling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary>What people want done by hand: <c>POST /admin/models/{id}/load|unload|pin|unpin</c>, <c>/admin/drain</c>, <c>/admin/resume</c>. Each answers with the instances, or the error.</summary>
internal static class WishesApi
{
    public static void MapWishes(this IEndpointRouteBuilder routes, Lookout lookout)
    {
        // An id may have slashes in it, so the verb is whatever stands behind the last one.
        routes.MapPost("/admin/models/{**wish}", (HttpContext http) => ModelAsync(http, lookout));
        routes.MapPost("/admin/drain", (HttpContext http) => AnswerAsync(http, lookout, body => DrainAsync(http, lookout, body)));
        routes.MapPost("/admin/resume", (HttpContext http) => AnswerAsync(http, lookout, _ =>
        {
            lookout.Admission.Tell(new SchedulerEvent.ResumeAsked());
            return new(Done);
        }));
    }

    private static Checked<int> Done => StatusCodes.Status200OK;

    private static Task ModelAsync(HttpContext http, Lookout lookout)
    {
        // The server has decoded the path, all but an encoded slash.
        var wish = ((string?)http.Request.RouteValues["wish"] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).TrimEnd('/');
        var slash = wish.LastIndexOf('/');
        var (name, verb) = slash < 0 ? (wish, "") : (wish[..slash], wish[(slash + 1)..]);
        Func<ModelSpec, JsonElement, ValueTask<Checked<int>>>? grant = verb.ToLowerInvariant() switch
        {
            "load" => (model, body) => LoadAsync(http, lookout, model, body),
            "unload" => (model, body) => UnloadAsync(http, lookout, model, body),
            "pin" => (model, _) => Pin(lookout, model, pinned: true),
            "unpin" => (model, _) => Pin(lookout, model, pinned: false),
            _ => null,
        };
        return AnswerAsync(http, lookout, body =>
            grant is null ? new(new RouterError.RouteUnknown(http.Request.Method, http.Request.Path.ToUriComponent()))
            : !Resolve.Named(lookout.Catalog, name).Holds(out var model, out var unknown) ? new(unknown)
            : grant(model, body));
    }

    private static async Task AnswerAsync(HttpContext http, Lookout lookout, Func<JsonElement, ValueTask<Checked<int>>> grant)
    {
        try
        {
            if ((await WishBody.ReadAsync(http)).Holds(out var body, out var error) && (await grant(body)).Holds(out var status, out error))
            {
                if (status == StatusCodes.Status202Accepted)
                {
                    http.Response.Headers.Location = InstancesApi.Route;
                }

                await InstancesApi.AnswerAsync(http, lookout, status);
                return;
            }

            await Refuse.WithAsync(http, error!, Dialect.OpenAi, atEventBoundary: true);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Who asked has left. What was asked for goes on, but for a load: that place in the queue is theirs.
        }
    }

    /// <summary>Loading is waiting in the queue, like any request, and giving the slot back at once.</summary>
    internal static async ValueTask<Checked<int>> LoadAsync(HttpContext http, Lookout lookout, ModelSpec model, JsonElement body)
    {
        if (!WishBody.Flag(http, body, "wait", unless: true).Holds(out var wait, out var error))
        {
            return error;
        }

        if (Clouds.Has(model))
        {
            return Done; // it is always there
        }

        if (lookout.WhyNotStart(model) is { } failure)
        {
            return new RouterError.StartFailed(model.Id, failure);
        }

        var ticket = lookout.Admission.TakeTicket(new TicketRequest(model.Id, Priority.High) { OnlyLoads = true });
        if (!wait)
        {
            _ = GiveBackAsync(ticket, CancellationToken.None);
            return StatusCodes.Status202Accepted;
        }

        return await GiveBackAsync(ticket, http.RequestAborted) is { } refused ? refused : Done;
    }

    private static async Task<RouterError?> GiveBackAsync(AdmissionTicket ticket, CancellationToken clientGone)
    {
        switch (await ticket.DecisionAsync(clientGone))
        {
            case AdmissionResult.Granted(var lease):
                await lease.DisposeAsync();
                return null;
            case AdmissionResult.Refused(var error):
                return error;
            default:
                return null;
        }
    }

    /// <summary>Those who wait for the model get a fresh run later; what is waited for here are the runs that live now.</summary>
    private static async ValueTask<Checked<int>> UnloadAsync(HttpContext http, Lookout lookout, ModelSpec model, JsonElement body)
    {
        if (!WishBody.Flag(http, body, "force", unless: false).Holds(out var force, out var error) || !WishBody.Flag(http, body, "wait", unless: true).Holds(out var wait, out error))
        {
            return error;
        }

        if (model.Engine.Lifecycle == Lifecycle.Attached)
        {
            return new RouterError.EngineAttached(model.Id, model.Engine.Url);
        }

        if (Clouds.Has(model))
        {
            return new RouterError.EngineInCloud(model.Id, model.Engine.Url);
        }

        var living = (await lookout.Admission.LookAsync()).Instances.Where(instance => instance.Id.Model == model.Id).Select(instance => instance.Id).ToList();
        lookout.Admission.Tell(new SchedulerEvent.UnloadAsked(model.Id, force));
        return await UntilGoneAsync(http, lookout, living, wait);
    }

    private static async ValueTask<Checked<int>> DrainAsync(HttpContext http, Lookout lookout, JsonElement body)
    {
        if (!WishBody.Flag(http, body, "wait", unless: true).Holds(out var wait, out var error))
        {
            return error;
        }

        lookout.Admission.Tell(new SchedulerEvent.DrainAsked());
        return await UntilGoneAsync(http, lookout, [.. (await lookout.Admission.LookAsync()).Instances.Select(instance => instance.Id)], wait);
    }

    private static async ValueTask<Checked<int>> UntilGoneAsync(HttpContext http, Lookout lookout, List<InstanceId> living, bool wait)
    {
        if (!wait)
        {
            return StatusCodes.Status202Accepted;
        }

        await lookout.GoneAsync(living, http.RequestAborted);
        return Done;
    }

    private static ValueTask<Checked<int>> Pin(Lookout lookout, ModelSpec model, bool pinned)
    {
        if (Clouds.Has(model))
        {
            return new(new RouterError.EngineInCloud(model.Id, model.Engine.Url));
        }

        lookout.Admission.Tell(new SchedulerEvent.PinAsked(model.Id, pinned));
        return new(Done);
    }
}
