using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Query;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Query;

public sealed class QueryRequestReaderTests
{
    [Fact]
    public void A_prompt_is_enough()
    {
        var chat = Read("""{"prompt":"Hi"}""");
        (chat.Turn.Model, chat.Turn.MaxTokens, chat.Turn.Sampling.Temperature, chat.Timeout).ShouldBe(("fast", 2048, 0.3, TimeSpan.FromSeconds(120)));
        chat.Turn.Messages.ShouldBe([new ChatMessage(ChatRole.User, [new ChatPart.Text("Hi")])]);
    }

    [Fact]
    public void All_that_can_be_said_is_read()
    {
        var chat = Read("""
            {"model":"cloud","prompt":"Hi","system":"S","max_tokens":10,"temperature":0,"timeout":1.5,"priority":"high","cache_system":true,"json_mode":true,
             "tools":[{"name":"ls","description":"Lists","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"}}
            """);
        (chat.Turn.Model, chat.Turn.MaxTokens, chat.Turn.Sampling.Temperature, chat.Timeout).ShouldBe(("cloud", 10, 0, TimeSpan.FromSeconds(1.5)));
        chat.Turn.CachesSystem.ShouldBeTrue();
        chat.Turn.Messages[0].ShouldBe(new ChatMessage(ChatRole.System, [new ChatPart.Text("S")]));
        chat.Turn.Tools.ShouldBe([new ToolSpec("ls", "Lists", """{"type":"object"}""")]);
        chat.Turn.ToolChoice.ShouldBe(new ToolChoice(ToolChoiceKind.Required));
    }

    [Fact]
    public void Nobody_waits_longer_than_five_minutes() => Read("""{"prompt":"Hi","timeout":9999,"priority":4}""").Timeout.ShouldBe(TimeSpan.FromSeconds(300));

    [Theory]
    [InlineData("{}", "'prompt' is required.")]
    [InlineData("""{"prompt":""}""", "'prompt' must not be empty.")]
    [InlineData("""{"prompt":["a"]}""", "'prompt' must be a string, not an array.")]
    [InlineData("""{"prompt":"a","temperature":"hot"}""", "'temperature' must be a number, not a string.")]
    [InlineData("""{"prompt":"a","max_tokens":-5}""", "'max_tokens' must be at least 1, not -5.")]
    [InlineData("""{"prompt":"a","timeout":0}""", "'timeout' must be more than 0 seconds.")]
    public void A_wrong_request_is_told_where_it_is_wrong(string body, string message)
    {
        QueryRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out _, out var error).ShouldBeFalse();
        (error!.Message, error.Status).ShouldBe((message, 400));
    }

    private static QueryChat Read(string body)
    {
        QueryRequestReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out var chat, out var error).ShouldBeTrue(error?.Message);
        return chat!;
    }
}
