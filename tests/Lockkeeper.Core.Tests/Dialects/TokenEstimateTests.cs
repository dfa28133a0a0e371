using Lockkeeper.Core.Dialects;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects;

public sealed class TokenEstimateTests
{
    [Theory]
    [InlineData("", 4)]
    [InlineData("abcd", 5)]
    [InlineData("abcde", 6)]
    [InlineData("äöü€", 7)]
    public void A_message_counts_a_quarter_of_its_bytes_and_four(string text, long tokens) => TokenEstimate.Of(Chat([new ChatPart.Text(text)])).ShouldBe(tokens);

    [Fact]
    public void Everything_that_the_model_reads_counts()
    {
        var turn = Chat(
            [new ChatPart.Text("12345678"), new ChatPart.Media("data:image/png;base64,AAAAAAAAAAAAAAAAAAAAAAAA")],
            [new ChatPart.Reasoning("1234", "a signature"), new ChatPart.ToolCall("an id", "tool", "{\"a\":1}x")],
            [new ChatPart.ToolResult("an id", "tool", [new ChatPart.Text("1234"), new ChatPart.Media("https://example.org/a.png")])]) with
        {
            Tools = [new ToolSpec("tool", "does", """{"type":"object"}"""), new ToolSpec("1234", null, null)],
        };

        // 8 + 4 + 4 + 8 + 4 of the messages, 4 + 4 + 17 + 4 of the tools: 57 bytes.
        TokenEstimate.Of(turn).ShouldBe(15 + (3 * 4) + (2 * 1000));
    }

    [Fact]
    public void Nothing_is_no_token() => TokenEstimate.Of(Chat()).ShouldBe(0);

    private static ChatTurn Chat(params ChatPart[][] messages) => new() { Model = "m", Messages = [.. messages.Select(parts => new ChatMessage(ChatRole.User, [.. parts]))] };
}
