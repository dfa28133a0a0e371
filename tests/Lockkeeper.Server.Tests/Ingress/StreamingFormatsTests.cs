using Lockkeeper.Core.Models;
using Lockkeeper.Server.Ingress;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class StreamingFormatsTests
{
    [Theory]
    [InlineData("?streaming_format=json_lines", "", StreamingFormat.JsonLines)]
    [InlineData("?streaming_format=json_array", "application/x-ndjson", StreamingFormat.JsonArray)]
    [InlineData("?streaming_format=sse", "application/x-ndjson", StreamingFormat.Sse)]
    [InlineData("", "application/x-ndjson", StreamingFormat.JsonLines)]
    [InlineData("", "application/jsonl", StreamingFormat.JsonLines)]
    [InlineData("", "text/event-stream", StreamingFormat.JsonArray)]
    [InlineData("", "application/json, application/x-ndjson", StreamingFormat.JsonArray)]
    [InlineData("", "*/*", StreamingFormat.JsonArray)]
    [InlineData("", "", StreamingFormat.JsonArray)]
    public void The_query_decides_else_what_is_accepted_else_the_model(string query, string accept, object format)
    {
        StreamingFormats.Of(Request(query, accept), StreamingFormat.JsonArray).Holds(out var chosen, out _).ShouldBeTrue();
        chosen.ShouldBe((StreamingFormat)format);
    }

    [Theory]
    [InlineData("?streaming_format=xml", "'xml'")]
    [InlineData("?streaming_format=", "''")]
    [InlineData("?streaming_format=sse&streaming_format=json_lines", "'sse,json_lines'")]
    public void A_form_that_there_is_not_is_refused_with_those_there_are(string query, string cited)
    {
        StreamingFormats.Of(Request(query, "application/x-ndjson"), StreamingFormat.Sse).Holds(out _, out var error).ShouldBeFalse();
        error.Status.ShouldBe(400);
        error.Field.ShouldBe("streaming_format");
        error.Message.ShouldBe($"'streaming_format' must be 'sse', 'json_lines' or 'json_array', not {cited}.");
    }

    private static HttpRequest Request(string query, string accept)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);
        http.Request.Headers.Accept = accept.Length == 0 ? default : accept;
        return http.Request;
    }
}
