using System.Text;
using Lockkeeper.LlamaCpp.Api;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class ToolReaderTests
{
    private const string Body = """{"messages":[{"role":"user","content":"Hi"}],"tools":[TOOL],MORE "n":1}""";
    private const string Good = """{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}""";

    [Theory]
    [InlineData("1", "", "invalid_type", "tools[0]", "must be an object, not 1")]
    [InlineData("{}", "", "missing_required_parameter", "tools[0].type", "is required")]
    [InlineData("""{"type":"web_search"}""", "", "unsupported_value", "tools[0].type", "only 'function'")]
    [InlineData("""{"type":"function"}""", "", "missing_required_parameter", "tools[0].function", "is required")]
    [InlineData("""{"type":"function","function":[]}""", "", "invalid_type", "tools[0].function", "must be an object")]
    [InlineData("""{"type":"function","function":{}}""", "", "missing_required_parameter", "tools[0].function.name", "is required")]
    [InlineData("""{"type":"function","function":{"name":""}}""", "", "invalid_value", "tools[0].function.name", "must not be empty")]
    [InlineData("""{"type":"function","function":{"name":"f","parameters":[]}}""", "", "invalid_type", "tools[0].function.parameters", "must be an object")]
    [InlineData("""{"type":"function","function":{"name":"f","strict":1}}""", "", "invalid_type", "tools[0].function.strict", "must be true or false")]
    [InlineData("""{"type":"function","function":{"name":"f","description":"\ud83d"}}""", "", "invalid_value", "tools[0]", "not valid Unicode")]
    [InlineData(Good, """ "tool_choice":7, """, "invalid_type", "tool_choice", "must be a string")]
    [InlineData(Good, """ "tool_choice":"any", """, "unsupported_value", "tool_choice", "none, auto, required")]
    [InlineData(Good, """ "tool_choice":{}, """, "missing_required_parameter", "tool_choice.type", "is required")]
    [InlineData(Good, """ "tool_choice":{"type":"allowed_tools"}, """, "unsupported_value", "tool_choice.type", "only 'function'")]
    [InlineData(Good, """ "tool_choice":{"type":"function"}, """, "missing_required_parameter", "tool_choice.function", "is required")]
    [InlineData(Good, """ "tool_choice":{"type":"function","function":{"name":"g"}}, """, "invalid_value", "tool_choice.function.name", "'g', which is none of the tools")]
    [InlineData(Good, """ "parallel_tool_calls":"no", """, "invalid_type", "parallel_tool_calls", "must be true or false")]
    public void What_cannot_be_meant_is_refused_by_name(string tool, string more, string code, string param, string words)
    {
        var problem = Read(tool, more).Problem.ShouldNotBeNull();
        (problem.Status, problem.Code, problem.Param).ShouldBe((400, code, param));
        problem.Message.ShouldContain(words);
    }

    [Fact]
    public void A_choice_without_tools_is_refused()
    {
        var problem = RequestBody.Read(Encoding.UTF8.GetBytes("""{"messages":[{"role":"user","content":"Hi"}],"tool_choice":"required"}"""), ChatRequestReader.Read).Problem;
        problem.ShouldNotBeNull().Message.ShouldContain("there are no tools");
    }

    [Fact]
    public void A_tool_is_written_as_the_models_were_trained_to_read_it() => Read("""{"type":"function","function":{"name":"f","description":"Ä \"x\" <b>\n","strict":false,"parameters":{"a":[1.50,true]}}}""", "")
        .Request!.Conversation.Tools.Single().Definition.ShouldBe("""{"type": "function", "function": {"name": "f", "description": "Ä \"x\" <b>\n", "parameters": {"a": [1.50, true]}}}""");

    [Fact]
    public void A_choice_of_none_hides_the_tools() => Read(Good, """ "tool_choice":"none", """).Request!.Conversation.Tools.ShouldBeEmpty();

    private static (ChatRequest? Request, ApiError? Problem) Read(string tool, string more) =>
        RequestBody.Read(Encoding.UTF8.GetBytes(Body.Replace("TOOL", tool, StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal)), ChatRequestReader.Read);
}
