using System.Net;
using Lockkeeper.Server.Forwarding;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Forwarding;

public sealed class HeaderPolicyTests
{
    [Theory]
    [InlineData("Authorization")]
    [InlineData("authorization")]
    [InlineData("X-Api-Key")]
    [InlineData("Cookie")]
    [InlineData("Host")]
    [InlineData("TE")]
    [InlineData("Keep-Alive")]
    [InlineData("Proxy-Authorization")]
    [InlineData("X-Priority")]
    [InlineData("Api-Key")]
    [InlineData("Origin")]
    public void Credentials_and_hop_by_hop_headers_end_at_the_router(string name) => ToEngine((name, "secret")).ShouldBeEmpty();

    [Fact]
    public void What_the_connection_header_names_is_of_that_connection_only() =>
        ToEngine(("Connection", "close, X-Trace"), ("X-Trace", "1"), ("X-Other", "2")).ShouldBe(["X-Other: 2"]);

    [Fact]
    public void Everything_else_arrives_as_it_is() => ToEngine(
        ("User-Agent", "strange/1 (agent; with) odd{}chars"),
        ("Accept-Encoding", "gzip"),
        ("Content-Type", "application/json"),
        ("OpenAI-Beta", "assistants=v2"),
        ("X-Two", "a")).ShouldBe(
        ["Accept-Encoding: gzip", "Content-Type: application/json", "OpenAI-Beta: assistants=v2", "User-Agent: strange/1 (agent; with) odd{}chars", "X-Two: a"]);

    [Fact]
    public void The_answers_headers_reach_the_client_but_for_those_of_the_connection_and_leave_for_pages()
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        answer.Headers.TryAddWithoutValidation("Connection", "X-Hop");
        answer.Headers.TryAddWithoutValidation("X-Hop", "1");
        answer.Headers.TryAddWithoutValidation("Transfer-Encoding", "chunked");
        answer.Headers.TryAddWithoutValidation("Access-Control-Allow-Origin", "*");
        answer.Headers.TryAddWithoutValidation("Set-Cookie", (string[])["a=1", "b=2"]);
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", "text/event-stream");
        var client = new HeaderDictionary();

        HeaderPolicy.Copy(answer, client);

        client.Keys.Order().ShouldBe(["Content-Type", "Set-Cookie"]);
        client["Set-Cookie"].ToArray().ShouldBe(["a=1", "b=2"]);
    }

    private static string[] ToEngine(params (string Name, string Value)[] headers)
    {
        var from = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            from[name] = value;
        }

        using var to = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        HeaderPolicy.Copy(from, to);
        return
        [
            .. to.Headers.NonValidated.Concat(to.Content.Headers.NonValidated)
                .Where(header => header.Key != "Content-Length")
                .Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.Ordinal),
        ];
    }
}
