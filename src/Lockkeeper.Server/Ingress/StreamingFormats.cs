using Lockkeeper.Core.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Lockkeeper.Server.Ingress;

/// <summary>In which form a client wants its stream, where it says so: the query <c>streaming_format</c>, else what it accepts.</summary>
internal static class StreamingFormats
{
    private const string Query = "streaming_format";

    /// <returns>Null when it does not say.</returns>
    public static StreamingFormat? AskedFor(HttpRequest request) =>
        request.Query.TryGetValue(Query, out var asked) ? Named(asked.ToString())
        : MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted) ? Accepted(accepted)
        : null;

    private static StreamingFormat? Named(string name) => name switch
    {
        "sse" => StreamingFormat.Sse,
        "json_lines" => StreamingFormat.JsonLines,
        "json_array" => StreamingFormat.JsonArray,
        _ => null,
    };

    /// <summary>Only where events are not accepted: SDKs accept anything, or JSON for their errors.</summary>
    private static StreamingFormat? Accepted(IList<MediaTypeHeaderValue> accepted) =>
        accepted.All(type => type.MediaType.Value is "application/x-ndjson" or "application/jsonl") ? StreamingFormat.JsonLines : null;
}
