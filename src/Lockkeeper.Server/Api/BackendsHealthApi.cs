using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /v1/backends/health</c>: how each model's engine answers now, in the shape of slm_server. All are asked at the same time, and none is waited for beyond two seconds.</summary>
internal static class BackendsHealthApi
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapBackendsHealth(this IEndpointRouteBuilder routes, Lookout lookout) => routes.MapMethods("/v1/backends/health", [HttpMethods.Get, HttpMethods.Head], async http =>
    {
        var caller = Caller.Of(http);
        var standing = await lookout.LookAsync();
        var models = lookout.Catalog.Models.Where(caller.MayUse).ToList();
        var found = await Task.WhenAll(models.Select(model => FindAsync(lookout, standing, model, http.RequestAborted)));
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            foreach (var (model, state) in models.Zip(found))
            {
                Write(json, model, state);
            }

            json.WriteEndObject();
        });
    });

    private static async Task<Finding> FindAsync(Lookout lookout, Standing standing, ModelSpec model, CancellationToken clientGone)
    {
        if (!model.Enabled)
        {
            return new Finding("disabled", "disabled");
        }

        var instance = standing.Scheduler.Instances.LastOrDefault(instance => instance.Id.Model == model.Id);
        var word = instance is null ? "stopped" : InstancesApi.WordOf(instance.Phase);
        if (FailureOf(standing, model.Id) is { } failure)
        {
            return new Finding("error", word) { Error = failure };
        }

        if (instance is null)
        {
            return new Finding("unreachable", word) { Error = "Not loaded - the next request starts it" };
        }

        if (lookout.UpstreamOf(instance.Id) is not { } upstream)
        {
            return new Finding("unreachable", word) { Error = $"Not serving - {word}" };
        }

        var reply = await new EngineTalk(upstream, model.Engine, lookout.Journal.Time).ProbeReadyAsync(Patience, clientGone);
        return new Finding(reply switch { { IsGood: true } => "healthy", { Status: not null } => "unhealthy", { IsLate: true } => "timeout", { IsUnreached: true } => "unreachable", _ => "error" }, word)
        {
            Port = upstream.BaseAddress.Port,
            Status = reply.Status,
            Error = reply.Status is not null ? null
                : reply.IsLate ? FormattableString.Invariant($"Health check timed out after {Patience.TotalSeconds:0}s")
                : reply.IsUnreached ? "Connection refused - backend not running"
                : reply.ToString(),
        };
    }

    /// <summary>How its last run failed; null when it did not.</summary>
    private static string? FailureOf(Standing standing, ModelId model) =>
        standing.Runs.Values.Where(run => run.Instance.Model == model).MaxBy(run => run.Instance.Run)?.Failure?.ToString()
        ?? (standing.Scheduler.BackingOff.Contains(model) ? "It failed again and again" : null);

    private static void Write(Utf8JsonWriter json, ModelSpec model, Finding found)
    {
        json.WriteStartObject(model.Id.Value);
        json.WriteString("status", found.Word);
        json.Number("port", (long?)(found.Port ?? model.Engine.Url?.Port));
        json.WriteString("model_id", model.Id.Value);
        if (found.Word != "disabled")
        {
            json.WriteString("backend", model.Engine.Preset ?? model.Engine.Name);
            json.WriteString("state", found.State);
        }

        if (found.Status is { } status)
        {
            json.WriteNumber("http_status", status);
        }

        if (found.Error is { } error)
        {
            json.WriteString("error", error);
        }

        json.WriteEndObject();
    }

    /// <param name="Word">slm_server's.</param>
    /// <param name="State">Ours.</param>
    private sealed record Finding(string Word, string State)
    {
        public int? Port { get; init; }

        public int? Status { get; init; }

        public string? Error { get; init; }
    }
}
