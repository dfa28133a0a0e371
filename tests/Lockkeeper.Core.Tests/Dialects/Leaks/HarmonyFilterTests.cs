using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Tests.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Leaks;

public sealed class HarmonyFilterTests
{
    private const string Analysis = "<|channel|>analysis<|message|>hm<|end|>";
    private const string Call = """<|start|>assistant<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{"city": "Ulm"}<|call|>""";

    [Theory]
    [InlineData(Analysis + "<|start|>assistant<|channel|>final<|message|>Hello<|return|>", "think: hm", "text: Hello", "end: Stop")]
    [InlineData("<|start|>assistant" + Analysis + "<|start|>assistant<|channel|>final <|constrain|>json<|message|>{}", "think: hm", "text: {}", "end: Stop")]
    [InlineData("<|channel|>final<|message|>a <| b <|x|> c<|end|>", "text: a <| b <|x|> c", "end: Stop")]
    [InlineData("<|channel|>analysis<|message|>never closed <|", "think: never closed <|", "end: Stop")]
    [InlineData(Analysis + "<|channel|>commentary<|message|>I look.<|end|>" + Call, "think: hm", "text: I look.", "call 0: weather", """args 0: {"city": "Ulm"}""", "end: ToolCalls")]
    [InlineData("<|start|>assistant to=functions.weather<|channel|>commentary json<|message|>{}", "call 0: weather", "args 0: {}", "end: ToolCalls")]
    [InlineData("<|channel|>commentary to=weather<|message|> {} <|end|>" + Call, "call 0: weather", "args 0: {}", "call 1: weather", """args 1: {"city": "Ulm"}""", "end: ToolCalls")]
    [InlineData("<|start|>assistant<|message|>Hello", "text: Hello", "end: Stop")]
    public void Channels_are_told_apart(string text, params string[] expected) => Told.OfEveryCut(Filter(true, true), text).ShouldBe(expected);

    [Theory]
    [InlineData("<|channel|>commentary to=functions.unknown <|constrain|>json<|message|>{}<|call|>")]
    [InlineData("<|channel|>commentary to=functions.weather<|message|>no JSON<|call|>")]
    [InlineData("<|channel|>commentary to=functions.weather<|message|>{\"a\":1")]
    [InlineData("<|channel|>analysis to=browser.search<|message|>{}<|call|>")]
    [InlineData("<|channel|>other<|message|>x<|end|>")]
    [InlineData("<|channel|>analysis<|end|>")]
    [InlineData("<|channel|>anal")]
    [InlineData("<|chan")]
    [InlineData("Hello <|channel|>analysis<|message|>hm<|end|>")]
    [InlineData("<|channels|>")]
    [InlineData(" \n")]
    public void What_is_not_understood_is_text_as_it_came(string text) => Told.OfEveryCut(Filter(true, true), text).ShouldBe([$"text: {text}", "end: Stop"]);

    [Fact]
    public void Where_reasoning_is_kept_only_calls_are_taken_out() =>
        Told.OfEveryCut(Filter(true, false), " " + Analysis + Call).ShouldBe([$"text:  {Analysis}", "call 0: weather", """args 0: {"city": "Ulm"}""", "end: ToolCalls"]);

    [Fact]
    public void Where_there_are_no_tools_calls_are_text() => Told.OfEveryCut(Filter(false, true), Analysis + Call).ShouldBe(["think: hm", $"text: {Call}", "end: Stop"]);

    [Fact]
    public void An_answer_may_begin_inside_of_the_analysis() =>
        Told.OfEveryCut(sink => new HarmonyFilter(sink, Known(), true, true) { StartsInReasoning = true }, "hm<|end|><|start|>assistant<|channel|>final<|message|>Hello")
            .ShouldBe(["think: hm", "text: Hello", "end: Stop"]);

    [Theory]
    [InlineData("<|channel|>", "x")]
    [InlineData("<|channel|>", "<|channel|>")]
    [InlineData("<|channel|>commentary to=functions.weather<|message|>", "<|")]
    [InlineData("<|channel|>commentary to=functions.weather<|message|>", "<|message|>")]
    public void Ten_megabytes_that_are_no_channel_come_out_whole_and_in_linear_time(string start, string unit)
    {
        var text = start + string.Concat(Enumerable.Repeat(unit, 10_000_000 / unit.Length));
        string.Concat(Told.Of(Filter(true, true), text, [text.Length]).Texts).ShouldBe(text);
        string.Concat(Told.Of(Filter(true, true), text, [3, 70, 4_000]).Texts).ShouldBe(text);
    }

    [Fact]
    public void Any_cut_tells_the_same()
    {
        var texts = Gen.Elements("<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|call|>", "assistant", "analysis", "final", "commentary", " to=functions.weather", "{}", "<|", "x", "\n")
            .ListOf().Select(parts => "<|channel|>" + string.Concat(parts));
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(texts.ToArbitrary(), Cuts.Lengths.ToArbitrary(), (text, lengths) =>
            Told.Of(Filter(true, true), text, lengths).Parts.SequenceEqual(Told.Of(Filter(true, true), text, [text.Length]).Parts)
            && string.Concat(Told.Of(Filter(false, false), text, lengths).Texts) == text));
    }

    private static KnownTools Known() => new([new ToolSpec("weather", null, null)], "seed");

    private static Func<IAnswerSink, IAnswerSink> Filter(bool takesCalls, bool takesChannels) => sink => new HarmonyFilter(sink, Known(), takesCalls, takesChannels);
}
