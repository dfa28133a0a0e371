using System.Text.Json;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /admin/instances</c>: what holds memory now, and why the latest failures failed.</summary>
internal static class InstancesApi
{
    public const string Route = "/admin/instances";

    public static void MapInstances(this IEndpointRouteBuilder routes, Lookout lookout) => routes.MapGet(Route, (HttpContext http) => AnswerAsync(http, lookout));

    /// <summary>Answers with the list, as those do who have changed it.</summary>
    public static async Task AnswerAsync(HttpContext http, Lookout lookout, int status = StatusCodes.Status200OK)
    {
        var standing = await lookout.LookAsync();
        await JsonReply.WriteAsync(
            http,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("instances");
                foreach (var instance in standing.Scheduler.Instances)
                {
                    Write(json, standing, instance);
                }

                json.WriteEndArray();
                json.WriteStartArray("failures");
                foreach (var run in standing.Runs.Values.Where(run => run.Failure is not null).OrderByDescending(run => run.Instance.Run))
                {
                    WriteFailure(json, run);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            },
            status);
    }

    public static void Write(Utf8JsonWriter json, Standing standing, InstanceReport instance)
    {
        var run = standing.Runs.GetValueOrDefault(instance.Id);
        json.WriteStartObject();
        json.WriteString("instance", instance.Id.ToString());
        json.WriteString("model", instance.Id.Model.Value);
        json.WriteNumber("run", instance.Id.Run);
        json.WriteString("state", WordOf(instance.Phase));
        json.WriteString("pool", instance.Pool);
        json.Number("pid", (long?)run?.Pid);
        json.WriteString("base_url", run?.BaseAddress?.GetLeftPart(UriPartial.Authority));
        json.WriteNumber("in_flight", instance.InFlight);
        json.Number("claim", instance.Claim);
        json.Number("held", run?.HeldBytes);
        json.Number("footprint", run?.FootprintBytes ?? standing.Scheduler.Figures.GetValueOrDefault(instance.Id.Model)?.Footprint);
        json.Time("ready_since", standing.TimeOf(instance.ReadySince));
        json.Time("idle_since", standing.TimeOf(instance.IdleSince));
        json.Time("turn_ends", standing.TimeOf(instance.TurnEnds));
        json.WriteString("gate", instance.GateClosed ? "closed" : "open");
        json.WriteBoolean("pinned", instance.Pinned);
        json.WriteEndObject();
    }

    public static string WordOf(InstancePhase phase) => phase switch
    {
        InstancePhase.Starting => "starting",
        InstancePhase.Ready => "ready",
        InstancePhase.Draining => "draining",
        InstancePhase.Stopping => "stopping",
        _ => "settling",
    };

    private static void WriteFailure(Utf8JsonWriter json, RunSnapshot run)
    {
        json.WriteStartObject();
        json.WriteString("instance", run.Instance.ToString());
        json.WriteString("model", run.Instance.Model.Value);
        json.WriteNumber("run", run.Instance.Run);
        json.WriteString("cause", run.Failure!.Cause);
        json.Number("exit_code", (long?)run.Failure.ExitCode);
        json.WriteBoolean("out_of_memory", run.Failure.OutOfMemory);
        json.WriteStartArray("last_output");
        foreach (var line in run.Failure.LastOutput)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
