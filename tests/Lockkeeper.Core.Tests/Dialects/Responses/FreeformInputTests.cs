using System.Text.Json;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects.Responses;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Responses;

public sealed class FreeformInputTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void Any_text_is_found_again_however_it_is_cut() => FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        Arb.From(from text in Turns.Text from size in Gen.Choose(1, 20) from indented in Gen.Elements(true, false) select (text, size, indented)), given =>
    {
        var json = JsonSerializer.Serialize(new { input = given.text }, given.indented ? Indented : JsonSerializerOptions.Default);

        Read(json, given.size).ShouldBe(given.text);
    }));

    [Theory]
    [InlineData("""{"input":"\b\f\n\r\t\/\\\""}""", "\b\f\n\r\t/\\\"")]
    [InlineData("""{"input":"\d+ \u12x"}""", "\\d+ \ufffdx")]
    [InlineData(" {\n \"input\" : \"line\nbreak\" } ", "line\nbreak")]
    [InlineData("""{"input":"first","input":"second"}""", "first")]
    [InlineData("""{"input":"","more":1}""", "")]
    [InlineData("""{"why":"so","input":"a\nb"}""", "a\nb")]
    [InlineData("""{"in put":"x"}""", """{"in put":"x"}""")]
    [InlineData("""{"input":7}""", """{"input":7}""")]
    [InlineData("""{"inputs":"x"}""", """{"inputs":"x"}""")]
    [InlineData("""{"a":1,"input":"x","\ud83d":1}""", """{"a":1,"input":"x","\ud83d":1}""")]
    [InlineData("*** Begin Patch", "*** Begin Patch")]
    [InlineData("""{"inp""", """{"inp""")]
    [InlineData("""{"input":"cut\""", "cut")]
    [InlineData("", "")]
    public void What_a_model_writes_is_taken_as_it_meant_it(string arguments, string input)
    {
        foreach (var size in (ReadOnlySpan<int>)[1, 3, 1000])
        {
            Read(arguments, size).ShouldBe(input);
        }
    }

    [Fact]
    public void It_is_told_while_it_comes_and_no_character_in_halves()
    {
        var input = new FreeformInput();

        input.Read("{\"input\":").ToString().ShouldBeEmpty();
        input.Read("\"a").ToString().ShouldBe("a");
        input.Read("\\ud83d").ToString().ShouldBeEmpty();
        input.Read("\\ude42").ToString().ShouldBe("🙂");
        input.Read("\"}").ToString().ShouldBeEmpty();
        input.Rest().ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Half_a_character_at_the_end_is_told_at_the_end() => Read("""{"input":"half \ud83d"}""", 100).ShouldBe("half \ud83d");

    private static string Read(string arguments, int size)
    {
        var input = new FreeformInput();
        return string.Concat(arguments.Chunk(size).Select(piece => input.Read(piece).ToString())) + input.Rest().ToString();
    }
}
