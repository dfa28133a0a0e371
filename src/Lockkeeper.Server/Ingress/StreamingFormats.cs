using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Lockkeeper.Server.Ingress;

/// <summary>In which form a client wants its stream: the query <c>streaming_format</c> says so, else what it accepts, else the model.</summary>
internal static class StreamingFormats
{
    private const string Query = "streaming_format";

    /// <param name="request">The request.</param>
    /// <param name="otherwise">The model's own.</param>
    public static Checked<StreamingFormat> Of(HttpRequest request, StreamingFormat otherwise) =>
        request.Query.TryGetValue(Query, out var asked) ? Named(asked.ToString())
        : AcceptsLines(request.Headers.Accept) ? StreamingFormat.JsonLines
        : otherwise;

    private static Checked<StreamingFormat> Named(string name) => name switch
    {
        "sse" => StreamingFormat.Sse,
        "json_lines" => StreamingFormat.JsonLines,
        "json_array" => StreamingFormat.JsonArray,
        _ => new RouterError.FieldInvalid(Query, $"must be 'sse', 'json_lines' or 'json_array', not {RequestFields.Quote(name)}."),
    };

    /// <summary>Only where events are not accepted: SDKs accept anything, or JSON for their errors. They all say so, which is no reason to read their list each time.</summary>
    private static bool AcceptsLines(StringValues accept) =>
        accept.ToString() is var said && (said.Contains("ndjson", StringComparison.OrdinalIgnoreCase) || said.Contains("jsonl", StringComparison.OrdinalIgnoreCase))
        && MediaTypeHeaderValue.TryParseList(accept, out var accepted)
        && accepted.All(type => type.MediaType.Value is "application/x-ndjson" or "application/jsonl");
}
