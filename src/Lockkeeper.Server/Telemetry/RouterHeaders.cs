using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Telemetry;

/// <summary>What Lockkeeper says of a request in the headers of its answer.</summary>
internal static class RouterHeaders
{
    /// <summary>On every answer: the name by which the journal, the log and an operator know the request.</summary>
    public const string RequestId = "X-Lockkeeper-Request-Id";

    /// <summary>Milliseconds it waited for an instance, loading included.</summary>
    public const string QueueMs = "X-Lockkeeper-Queue-Ms";

    /// <summary>The part of that wait in which its own model was starting.</summary>
    public const string LoadMs = "X-Lockkeeper-Load-Ms";

    /// <summary>The cap on the answer's length that memory pressure has put there.</summary>
    public const string MaxTokens = "X-Lockkeeper-Max-Tokens";

    /// <summary>The figure in the answer is an estimate, for want of an engine that would have counted.</summary>
    public const string Estimate = "X-Lockkeeper-Estimate";

    /// <summary>All of them begin so. An engine's own of that name (another Lockkeeper's, say) end here.</summary>
    public const string Prefix = "X-Lockkeeper-";

    /// <summary>The name a client, or the router towards an engine, gives a request.</summary>
    public const string ClientRequestId = "X-Request-Id";

    /// <summary>Names each request before anything else looks at it. The name replaces the server's own, so everything that logs a request logs this one.</summary>
    public static void UseRequestIds(this IApplicationBuilder app, RequestIds ids) => app.Use(next => http =>
    {
        http.TraceIdentifier = ids.Next();
        http.Response.Headers[RequestId] = http.TraceIdentifier;
        return next(http);
    });

    /// <summary>Says how long it waited, where there is still a header to say it in.</summary>
    public static void Waited(HttpResponse response, JournalEntry entry)
    {
        if (entry.Queue is { } queue && !response.HasStarted)
        {
            response.Headers[QueueMs] = Milliseconds(queue);
            response.Headers[LoadMs] = Milliseconds(entry.Load);
        }
    }

    /// <summary>Empties an answer that was being prepared, all but what is said of the request.</summary>
    public static void ClearAllButOurs(HttpResponse response)
    {
        var ours = response.Headers.Where(header => header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).ToArray();
        response.Clear();
        foreach (var (name, value) in ours)
        {
            response.Headers[name] = value;
        }
    }

    public static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
