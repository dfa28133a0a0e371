using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Tests.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Leaks;

public sealed class ReasoningFilterTests
{
    [Theory]
    [InlineData("<think>hm</think>Hello", "think: hm", "text: Hello")]
    [InlineData("<think>\nhm\n</think>\n\nHello", "think: hm", "text: Hello")]
    [InlineData("<think>\n\nhm\n\n</think>\n\n\nHello", "think: \nhm\n", "text: \nHello")]
    [InlineData(" \n<think>hm</think> Hello", "think: hm", "text:  Hello")]
    [InlineData("<thinking>hm</thinking>\nHello", "think: hm", "text: Hello")]
    [InlineData("[THINK]hm[/THINK]Hello", "think: hm", "text: Hello")]
    [InlineData("<think>\n\n</think>\n\nHello", "text: Hello")]
    [InlineData("<think></think>", new string[0])]
    [InlineData("<think>a < b </thi nk> [/THINK</think>Hello", "think: a < b </thi nk> [/THINK", "text: Hello")]
    [InlineData("<think>hm</think>Hello <think>is a tag</think>", "think: hm", "text: Hello <think>is a tag</think>")]
    [InlineData("<think>never closed", "think: never closed")]
    [InlineData("<think>cut off</thi", "think: cut off</thi")]
    [InlineData("<think>cut off\n", "think: cut off\n")]
    [InlineData("<think>äh 🙂\u2028</think>ö", "think: äh 🙂\u2028", "text: ö")]
    public void Reasoning_at_the_start_is_told_as_such(string text, params string[] expected) => Filtered(text).ShouldBe([.. expected, "end: Stop"]);

    [Theory]
    [InlineData("Hello <think>hm</think>")]
    [InlineData("<thi")]
    [InlineData("<thi nothing")]
    [InlineData("<Think>hm</Think>")]
    [InlineData("<thinks>hm</thinks>")]
    [InlineData("[THIN K]")]
    [InlineData("</think>Hello")]
    [InlineData("We need to answer. So answer: yes")]
    [InlineData("  \n ")]
    [InlineData(" x")]
    public void Everything_else_is_text_as_it_came(string text) => Filtered(text).ShouldBe([$"text: {text}", "end: Stop"]);

    [Theory]
    [InlineData("hm</think>\n\nHello", "think: hm", "text: Hello")]
    [InlineData("\nhm\n</think>Hello", "think: hm", "text: Hello")]
    [InlineData("<think>hm</think>Hello", "think: hm", "text: Hello")]
    [InlineData("<thin hm[/THINK]Hello", "think: <thin hm", "text: Hello")]
    [InlineData("never closed", "think: never closed")]
    public void An_answer_whose_template_opened_the_tag_begins_as_reasoning(string text, params string[] expected) =>
        Told.OfEveryCut(sink => new ReasoningFilter(sink, ReasoningPolicy.Separate, looksForTags: true) { StartsInReasoning = true }, text).ShouldBe([.. expected, "end: Stop"]);

    [Fact]
    public void Reasoning_that_is_dropped_is_dropped_wherever_the_engine_puts_it()
    {
        var told = new Told();
        var filter = new ReasoningFilter(told, ReasoningPolicy.Drop, looksForTags: true);
        filter.Begin();
        filter.Reasoning("of the engine");
        filter.Signature("proof");
        filter.Text("<think>in tags</think>\n\nHello");
        filter.End(new AnswerEnd(AnswerFinish.Length, new TokenUsage(1, 2)));
        told.Parts.ShouldBe(["text: Hello", "end: Length"]);
    }

    [Fact]
    public void Reasoning_that_is_kept_stays_where_it_is()
    {
        var told = new Told();
        var filter = new ReasoningFilter(told, ReasoningPolicy.Keep, looksForTags: true);
        filter.Reasoning("of the engine");
        filter.Text("<think>in tags</think>\n\nHello");
        told.Parts.ShouldBe(["think: of the engine", "text: <think>in tags</think>\n\nHello"]);
    }

    [Fact]
    public void Nothing_is_held_that_cannot_become_a_tag()
    {
        var told = new Told();
        var filter = new ReasoningFilter(told, ReasoningPolicy.Separate, looksForTags: true);
        filter.Text("<thi");
        told.Texts.ShouldBeEmpty();
        filter.Text("s");
        told.Texts.ShouldBe(["<this"]);
        filter.Text("<think>");
        told.Texts.ShouldBe(["<this", "<think>"]);
    }

    [Fact]
    public void What_is_held_is_told_before_anything_else()
    {
        var told = new Told();
        var filter = new ReasoningFilter(told, ReasoningPolicy.Separate, looksForTags: true);
        filter.Text("<thi");
        filter.ToolCall(0, "id", "f");
        filter.Arguments(0, "{}");
        filter.Fail(new AnswerFailure(500, null, "broken"));
        told.Parts.ShouldBe(["text: <thi", "call 0: f", "args 0: {}", "fail: broken"]);
    }

    [Fact]
    public void Any_cut_tells_the_same()
    {
        var texts = Gen.Elements("<think>", "</think>", "<thinking>", "[/THINK]", "\n", " ", "<", "</", "think", "x", "🙂").ListOf().Select(parts => string.Concat(parts));
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(texts.ToArbitrary(), Cuts.Lengths.ToArbitrary(), (text, lengths) =>
            Told.Of(Separate, text, lengths).Parts.SequenceEqual(Told.Of(Separate, text, [Math.Max(1, text.Length)]).Parts)));
    }

    private static ReasoningFilter Separate(IAnswerSink sink) => new(sink, ReasoningPolicy.Separate, looksForTags: true);

    private static IReadOnlyList<string> Filtered(string text) => Told.OfEveryCut(Separate, text);
}
