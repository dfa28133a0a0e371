using System.Text;
using Lockkeeper.LlamaCpp.Api;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class GrammarReaderTests
{
    private const string Hi = """ "messages":[{"role":"user","content":"Hi"}] """;

    [Theory]
    [InlineData("""{ HI, "response_format":"json"}""", "invalid_type", "response_format", "must be an object, not a string")]
    [InlineData("""{ HI, "response_format":{}}""", "missing_required_parameter", "response_format.type", "is required")]
    [InlineData("""{ HI, "response_format":{"type":7}}""", "invalid_type", "response_format.type", "must be a string")]
    [InlineData("""{ HI, "response_format":{"type":"xml"}}""", "unsupported_value", "response_format.type", "text, json_object or json_schema")]
    [InlineData("""{ HI, "response_format":{"type":"json_schema"}}""", "missing_required_parameter", "response_format.json_schema", "is required")]
    [InlineData("""{ HI, "response_format":{"type":"json_schema","json_schema":[]}}""", "invalid_type", "response_format.json_schema", "must be an object")]
    [InlineData("""{ HI, "response_format":{"type":"json_schema","json_schema":{"name":"x"}}}""", "missing_required_parameter", "response_format.json_schema.schema", "is required")]
    [InlineData("""{ HI, "response_format":{"type":"json_schema","json_schema":{"name":1,"schema":{}}}}""", "invalid_type", "response_format.json_schema.name", "must be a string")]
    [InlineData("""{ HI, "response_format":{"type":"json_schema","json_schema":{"strict":1,"schema":{}}}}""", "invalid_type", "response_format.json_schema.strict", "must be true or false")]
    [InlineData("""{ HI, "response_format":{"type":"json_schema","json_schema":{"schema":{"properties":{"a":{"pattern":"x"}}}}}}""", "unsupported_value", "response_format.json_schema.schema.properties.a.pattern", "no grammar is made of this keyword")]
    [InlineData("""{ HI, "response_format":{"type":"json_object","schema":7}}""", "unsupported_value", "response_format.schema", "must be a schema")]
    [InlineData("""{ HI, "json_schema":{"type":"ufo"}}""", "unsupported_value", "json_schema.type", "is 'ufo'")]
    [InlineData("""{ HI, "json_schema":{},"response_format":{"type":"json_object"}}""", "invalid_value", "json_schema", "cannot be combined")]
    [InlineData("""{ HI, "grammar":"root ::= \"a\"","response_format":{"type":"json_object"}}""", "invalid_value", "grammar", "cannot be combined")]
    [InlineData("""{ HI, "grammar":["root"]}""", "invalid_type", "grammar", "must be a string")]
    public void What_cannot_be_meant_is_refused_by_name(string body, string code, string param, string words)
    {
        var problem = RequestBody.Read(Encoding.UTF8.GetBytes(body.Replace("HI", Hi, StringComparison.Ordinal)), ChatRequestReader.Read).Problem.ShouldNotBeNull();
        (problem.Status, problem.Code, problem.Param).ShouldBe((400, code, param));
        problem.Message.ShouldContain(words);
    }

    [Theory]
    [InlineData("""{ HI, "response_format":{"type":"text"}}""")]
    [InlineData("""{ HI, "response_format":null,"grammar":"","json_schema":null}""")]
    public void Text_needs_no_grammar(string body) =>
        RequestBody.Read(Encoding.UTF8.GetBytes(body.Replace("HI", Hi, StringComparison.Ordinal)), ChatRequestReader.Read).Request.ShouldNotBeNull().Grammar.ShouldBeNull();
}
