using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Lockkeeper.Server.Api;

/// <summary><c>GET /admin/events</c>: how things stand, then every change, as server-sent events.</summary>
internal static class EventsApi
{
    /// <summary>Pause after which a comment shows that the connection lives.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapEvents(this IEndpointRouteBuilder routes, Lookout lookout, ChangeFeed feed) => routes.MapGet("/admin/events", async (HttpContext http) =>
    {
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();

        // First the subscription, then the snapshot: a change in between is told twice rather than never, and tells the whole state of what it is about.
        var (changes, version, cutOff) = feed.Subscribe();
        try
        {
            var standing = await lookout.LookAsync();
            await http.Response.Body.WriteAsync(ChangeFeed.Frame("snapshot", version, Snapshot(standing, lookout, version, MissedBy(http, version))), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            var passing = PassOnAsync(http, changes, lookout.Journal.Time);
            if (await Task.WhenAny(passing, cutOff) == cutOff)
            {
                http.Abort(); // ends a write to somebody who does not read, which nothing else would
            }

            await passing;
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // The listener has left.
        }
        finally
        {
            feed.Unsubscribe(changes);
        }
    });

    private static async Task PassOnAsync(HttpContext http, ChannelReader<byte[]> changes, TimeProvider time)
    {
        var more = changes.WaitToReadAsync(http.RequestAborted).AsTask();
        while (true)
        {
            try
            {
                if (!await more.WaitAsync(Heartbeat, time, http.RequestAborted))
                {
                    return; // too slow, or the server closes
                }
            }
            catch (TimeoutException)
            {
                await http.Response.Body.WriteAsync(": alive\n\n"u8.ToArray(), http.RequestAborted);
                continue;
            }

            while (changes.TryRead(out var frame))
            {
                await http.Response.Body.WriteAsync(frame, http.RequestAborted);
            }

            await http.Response.Body.FlushAsync(http.RequestAborted);
            more = changes.WaitToReadAsync(http.RequestAborted).AsTask();
        }
    }

    /// <summary>Who comes back says which change it has seen last; how many it has missed, or null where that cannot be known.</summary>
    private static long? MissedBy(HttpContext http, long version) =>
        long.TryParse(http.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last <= version ? version - last : null;

    private static byte[] Snapshot(Standing standing, Lookout lookout, long version, long? missed) => JsonReply.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", version);
        json.Number("missed", missed);
        json.Time("at", standing.Now);
        json.WriteBoolean("drained", standing.Scheduler.Drained);
        Array(json, "queue", () => QueueApi.Write(json, standing));
        Array(json, "instances", () => ForEach(standing.Scheduler.Instances, instance => InstancesApi.Write(json, standing, instance)));
        Array(json, "pools", () => ForEach(standing.Scheduler.Pools, pool => PoolsApi.Write(json, pool)));
        Array(json, "models", () => ForEach(lookout.Catalog.Models, model => FiguresApi.Write(json, standing, model)));
        Array(json, "requests", () => ForEach(lookout.Journal.Live(), entry => RequestsApi.Write(json, entry, position: null)));
        json.WriteEndObject();
    });

    private static void Array(Utf8JsonWriter json, string name, Action items)
    {
        json.WriteStartArray(name);
        items();
        json.WriteEndArray();
    }

    private static void ForEach<T>(IEnumerable<T> items, Action<T> write)
    {
        foreach (var item in items)
        {
            write(item);
        }
    }
}
