using System.Text;
using Lockkeeper.LlamaCpp.Api;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class MessageReaderTests
{
    [Theory]
    [InlineData("""{"messages":[{"role":"assistant","content":"a","reasoning_content":1}]}""", "invalid_type", "messages[0].reasoning_content", "must be a string")]
    [InlineData("""{"messages":[{"role":"tool","content":"a","tool_call_id":1}]}""", "invalid_type", "messages[0].tool_call_id", "must be a string")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":{}}]}""", "invalid_type", "messages[0].tool_calls", "must be an array")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[]}]}""", "missing_required_parameter", "messages[0].content", "is required")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[1]}]}""", "invalid_type", "messages[0].tool_calls[0]", "must be an object, not 1")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"function":{}}]}]}""", "missing_required_parameter", "messages[0].tool_calls[0].function.name", "is required")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"a","arguments":1}}]}]}""", "invalid_type", "messages[0].tool_calls[0].function.arguments", "must be a string")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"a","arguments":{"b":"\ud800"}}}]}]}""", "invalid_value", "messages[0].tool_calls[0].function.arguments", "not valid Unicode")]
    public void What_cannot_be_meant_is_refused_by_name(string body, string code, string param, string words)
    {
        var problem = RequestBody.Read(Encoding.UTF8.GetBytes(body), ChatRequestReader.Read).Problem.ShouldNotBeNull();
        (problem.Status, problem.Code, problem.Param).ShouldBe((400, code, param));
        problem.Message.ShouldContain(words);
    }

    [Fact]
    public void Arguments_may_be_a_string_or_the_object_itself_or_left_out()
    {
        const string Body = """
            {"messages":[{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[
              {"id":"1","type":"function","function":{"name":"a","arguments":"{\"x\":1}"}},{"function":{"name":"b","arguments":{"x":[1,2]}}},{"function":{"name":"c","arguments":""}},{"function":{"name":"d"}}]}]}
            """;
        var message = RequestBody.Read(Encoding.UTF8.GetBytes(Body), ChatRequestReader.Read).Request.ShouldNotBeNull().Conversation.Messages.Single();
        message.Content.ShouldBe("");
        message.ToolCalls.Select(call => call.Name + call.Arguments).ShouldBe(["a{\"x\":1}", "b{\"x\": [1, 2]}", "c{}", "d{}"]);
    }
}
