using System.Text;
using Lockkeeper.Core.Dialects.Anthropic;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Anthropic;

public sealed class MessagesWholeReaderTests
{
    [Fact]
    public void A_message_is_told_in_its_order() => Told("""
        {"type":"message","usage":{"input_tokens":5,"cache_read_input_tokens":3,"output_tokens":9},"stop_reason":"stop_sequence","stop_sequence":"END","content":[
        {"type":"thinking","thinking":"Hm","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"Grüße \ud83d\ude00"},{"type":"text","text":""},
        {"type":"server_tool_use","id":"x","name":"web_search","input":{}},{"type":"web_search_tool_result","content":[]},
        {"type":"tool_use","id":"t1","name":"ls","input":{"path":"/"}},{"type":"tool_use","id":"t2","name":"pwd"},{"type":"tool_use","id":"t3","name":"rm","input":"{\"broken"}]}
        """).ShouldBe(
    [
        "begin", "reasoning: Hm", "signature: s", "signature: redacted:d", "text: Grüße 😀", "call 0 't1' ls", "arguments 0: {\"path\":\"/\"}", "call 1 't2' pwd", "arguments 1: {}", "call 2 't3' rm", "arguments 2: {\"broken",
        "end Stop 'END' 8+9 cached 3 reasoning ",
    ]);

    [Fact]
    public void Half_a_character_stays_half_a_character() => Told("""{"content":[{"type":"text","text":"a\ud83d"}]}""").ShouldBe(["begin", "text: a\ud83d", "end Stop"]);

    [Fact]
    public void An_error_in_the_place_of_an_answer_is_told() =>
        Told("""{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"},"request_id":"r"}""").ShouldBe(["fail 429 rate_limit_error: Slow down"]);

    [Theory]
    [InlineData("<html>", "an answer that is not JSON")]
    [InlineData("[]", "an answer without 'content'")]
    [InlineData("""{"choices":[]}""", "an answer without 'content'")]
    public void What_is_no_message_is_refused(string json, string why) => Should.Throw<InvalidDataException>(() => Told(json)).Message.ShouldBe(why);

    private static IReadOnlyList<string> Told(string json)
    {
        var told = new Transcript();
        new AnthropicEngine().ReadWhole(Encoding.UTF8.GetBytes(json), told);
        return told.Pieces;
    }
}
