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
    [InlineData("", "text/event-stream", null)]
    [InlineData("", "application/json, application/x-ndjson", null)]
    [InlineData("", "*/*", null)]
    [InlineData("", "", null)]
    [InlineData("?streaming_format=xml", "", null)]
    public void The_query_decides_else_what_is_accepted_and_nothing_else(string query, string accept, object? format)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);
        http.Request.Headers.Accept = accept.Length == 0 ? default : accept;
        StreamingFormats.AskedFor(http.Request).ShouldBe((StreamingFormat?)format);
    }
}
