using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects.Anthropic;
using Lockkeeper.Core.Tests.Wire;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Anthropic;

public sealed class AttributionBlockTests
{
    [Theory]
    [InlineData("""{"system":[{"type":"text","text":"x-anthropic-billing-header: cch=1;"},{"type":"text","text":"A"}],"model":"m"}""", """{"system":[{"type":"text","text":"A"}],"model":"m"}""")]
    [InlineData("""{"model":"m","system":[ {"text":"x-anthropic-billing-header: cch=1;","type":"text"} , {"type":"text","text":"A"} ]}""", """{"model":"m","system":[ {"type":"text","text":"A"} ]}""")]
    [InlineData("""{"system":[{"type":"text","text":"A"}, {"type":"text","text":"x-anthropic-billing-header:"}]}""", """{"system":[{"type":"text","text":"A"}]}""")]
    [InlineData("""{"system":[{"text":"x-anthropic-billing-header:"}]}""", """{"system":[]}""")]
    [InlineData("""{"system":[{"text":"x-anthropic-billing-header:1"},{"text":"x-anthropic-billing-header:2"},{"text":"A"},{"text":"x-anthropic-billing-header:3"},{"text":"x-anthropic-billing-header:4"},{"text":"B"}]}""", """{"system":[{"text":"A"},{"text":"B"}]}""")]
    [InlineData("""{"system":[{"text":"x-anthropic-billing-header: a\tb\\n;\nYou are","cache_control":{"type":"ephemeral"}}]}""", """{"system":[{"text":"You are","cache_control":{"type":"ephemeral"}}]}""")]
    [InlineData("""{"system":"x-anthropic-billing-header: cch=1;\nYou are\nClaude."}""", """{"system":"You are\nClaude."}""")]
    [InlineData("""{"system":"x-anthropic-billing-header: cch=1;\u000aYou"}""", """{"system":"You"}""")]
    [InlineData("""{"system":"x-anthropic-billing-header: cch=1;"}""", """{"system":""}""")]
    public void The_line_is_cut_out_and_all_else_stays_as_it_is(string body, string expected)
    {
        foreach (var size in (int[])[1, 7, 10_000])
        {
            Spliced(Pieces.Of(Encoding.UTF8.GetBytes(body), size)).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("""{"system":"You bill x-anthropic-billing-header:","messages":[{"role":"user","content":"x-anthropic-billing-header: a\nb"}]}""")]
    [InlineData("""{"system":[{"text":"A"},"x-anthropic-billing-header:",{"text":{"text":"x-anthropic-billing-header:"}}],"tools":[{"system":"x-anthropic-billing-header:"}]}""")]
    [InlineData("""{"system":null}""")]
    [InlineData("""[{"system":"x-anthropic-billing-header:"}]""")]
    [InlineData("""{"system":"x-anthropic-billing-header:" """)]
    public void What_is_no_such_line_stays(string body) => AttributionBlock.Edits(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).ShouldBeEmpty();

    [Theory]
    [InlineData("x-anthropic-billing-header: cch=1;\nYou", "You")]
    [InlineData("x-anthropic-billing-header: cch=1;", "")]
    [InlineData("You", "You")]
    public void A_text_is_told_without_it(string text, string expected) => AttributionBlock.Without(text).ShouldBe(expected);

    private static string Spliced(ReadOnlySequence<byte> body) =>
        Encoding.UTF8.GetString([.. default(BodyEdits).With(AttributionBlock.Edits(body)).Apply(body).SelectMany(piece => piece.ToArray())]);
}
