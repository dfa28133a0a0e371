using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary><c>GET /api/ps</c>: the models that are loaded, and when each is unloaded for being idle.</summary>
internal static class PsApi
{
    /// <summary>What stays until it has to make room: Ollama itself says a date in some three hundred years then.</summary>
    private static readonly DateTimeOffset Never = new(2318, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void MapPs(this IEndpointRouteBuilder routes, Lookout lookout) => routes.MapMethods("/api/ps", [HttpMethods.Get, HttpMethods.Head], async http =>
    {
        var caller = Caller.Of(http);
        var standing = await lookout.LookAsync();
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var instance in standing.Scheduler.Instances.Where(instance => instance.Phase is InstancePhase.Ready or InstancePhase.Draining))
            {
                if (lookout.Catalog.Find(instance.Id.Model.Value) is not { } model || !caller.MayUse(model))
                {
                    continue;
                }

                var run = standing.Runs.GetValueOrDefault(instance.Id);
                var size = run?.FootprintBytes ?? MemoryNeed.Of(model, standing).Bytes ?? ModelCard.SizeOf(model);
                json.WriteStartObject();
                ModelCard.WriteName(json, model.Id.Value);
                json.WriteNumber("size", size);
                json.WriteString("digest", ModelCard.DigestOf(model));
                ModelCard.WriteDetails(json, model);
                json.WriteString("expires_at", ModelCard.Time(ExpiryOf(instance, standing)));
                json.WriteNumber("size_vram", Math.Min(run?.HeldBytes ?? size, size));
                json.WriteNumber("context_length", model.ServedContext ?? 0);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    /// <summary>While it works, its idle time has not begun: it has all of it left.</summary>
    private static DateTimeOffset ExpiryOf(InstanceReport instance, Standing standing) =>
        instance.Pinned || instance.IdleTimeout is not { } idle ? Never : (standing.TimeOf(instance.IdleSince) ?? standing.Now) + idle;
}
