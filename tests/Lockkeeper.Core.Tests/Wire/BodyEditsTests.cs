using System.Buffers;
using System.Text;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class BodyEditsTests
{
    [Fact]
    public void A_body_that_needs_no_change_has_no_edits() => Edit("""{"model":"real","x":1}""", "real").AreNone.ShouldBeTrue();

    [Theory]
    [InlineData("""{ "model" : "alias" , "x": "\u00e9" }""", """{ "model" : "real" , "x": "\u00e9" }""")]
    [InlineData("""{"model":"real","priority":"high","x":1}""", """{"model":"real","x":1}""")]
    [InlineData("""{"priority": 1, "model":"real"}""", """{"model":"real"}""")]
    [InlineData("""{"model":"alias","priority":1}""", """{"model":"real"}""")]
    [InlineData("""{"priority":1,"x":{"priority":2},"model":"alias"}""", """{"x":{"priority":2},"model":"real"}""")]
    [InlineData("{\n\t\"model\": \"alias\",\n\t\"priority\": null\n}\n", "{\n\t\"model\": \"real\"\n}\n")]
    public void Only_what_must_change_does(string body, string expected) => Apply(body, "real").ShouldBe(expected);

    [Theory]
    [InlineData("7", "7")]
    [InlineData("2", "2")]
    [InlineData("\"low\"", null)]
    [InlineData("null", null)]
    public void A_whole_number_stays_for_an_engine_that_has_the_field_and_names_do_not(string written, string? left)
    {
        var body = Bytes($$"""{"model":"real","priority":{{written}}}""");
        BodyPeek.Scan(body).Holds(out var peek, out _).ShouldBeTrue();
        var edited = Encoding.UTF8.GetString([.. BodyEdits.For(peek, "real", keepWholePriority: true).Apply(body).SelectMany(piece => piece.ToArray())]);
        edited.ShouldBe(left is null ? """{"model":"real"}""" : $$"""{"model":"real","priority":{{left}}}""");
    }

    [Fact]
    public void An_id_is_written_as_json() => Apply("""{"model":"alias"}""", "quo\"te/é").ShouldBe("""{"model":"quo\"te/é"}""");

    [Theory]
    [InlineData("""{"model":"real","max_tokens":9000}""", """{"model":"real","max_tokens":512}""")]
    [InlineData("""{ "max_tokens" : 513 , "model":"real" }""", """{ "max_tokens" : 512 , "model":"real" }""")]
    [InlineData("""{"model":"real","max_completion_tokens":9000,"max_tokens":100}""", """{"model":"real","max_completion_tokens":512,"max_tokens":100}""")]
    [InlineData("""{"model":"real","max_output_tokens":9000}""", """{"model":"real","max_output_tokens":512}""")]
    [InlineData("""{"model":"real","max_tokens":null}""", """{"model":"real","max_tokens":512}""")]
    [InlineData("""{"model":"real","max_tokens":-1}""", """{"model":"real","max_tokens":512}""")]
    [InlineData("""{"model":"real","max_tokens":1e6}""", """{"model":"real","max_tokens":512}""")]
    [InlineData("""{"model":"real","max_tokens":99999999999999999999}""", """{"model":"real","max_tokens":512}""")]
    [InlineData("""{"model":"real","max_tokens":"9000","n":1}""", """{"model":"real","max_tokens":512,"n":1}""")]
    [InlineData("""{"model":"real","max_tokens":[9000, {}],"n":1}""", """{"model":"real","max_tokens":512,"n":1}""")]
    [InlineData("""{"model":"real"}""", """{"model":"real","max_tokens":512}""")]
    [InlineData("""{"model":"alias","priority":1,"options":{"max_tokens":9000}}""", """{"model":"real","max_tokens":512,"options":{"max_tokens":9000}}""")]
    [InlineData("""{"priority":1, "model":"alias" }""", """{"model":"real","max_tokens":512 }""")]
    [InlineData("""{"max_tokens":9000,"priority":1,"model":"alias"}""", """{"max_tokens":512,"model":"real"}""")]
    public void Under_a_cap_no_longer_answer_is_asked_for(string body, string expected)
    {
        var edits = Edit(body, "real", cap: 512);
        edits.AreCapped.ShouldBeTrue();
        Text(edits, body).ShouldBe(expected);
        (Encoding.UTF8.GetByteCount(body) + edits.Growth).ShouldBe(Encoding.UTF8.GetByteCount(expected));
    }

    [Theory]
    [InlineData("""{"model":"real","max_tokens":512}""")]
    [InlineData("""{"model":"real","max_tokens":0,"max_completion_tokens":511}""")]
    public void A_body_that_asks_for_no_more_than_the_cap_stays_as_it_is(string body)
    {
        var edits = Edit(body, "real", cap: 512);
        edits.AreNone.ShouldBeTrue();
        edits.AreCapped.ShouldBeFalse();
    }

    [Fact]
    public void An_edit_of_another_kind_is_no_cap() => Edit("""{"model":"alias","max_tokens":1}""", "real", cap: 512).AreCapped.ShouldBeFalse();

    [Fact]
    public void Pieces_are_spliced_like_a_whole_and_the_length_is_known()
    {
        const string Body = """{"priority":3,"messages":[],"model":"alias","n":1}""";
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var pieces = Pieces.Of(bytes, size);
            BodyPeek.Scan(pieces).Holds(out var peek, out _).ShouldBeTrue();
            var edits = BodyEdits.For(peek, "the-real-one");
            var edited = edits.Apply(pieces).SelectMany(piece => piece.ToArray()).ToArray();

            Encoding.UTF8.GetString(edited).ShouldBe("""{"messages":[],"model":"the-real-one","n":1}""");
            edited.Length.ShouldBe((int)(bytes.Length + edits.Growth));
        }
    }

    private static BodyEdits Edit(string body, string id, int? cap = null)
    {
        BodyPeek.Scan(Bytes(body)).Holds(out var peek, out _).ShouldBeTrue();
        return BodyEdits.For(peek, id, cap);
    }

    private static string Apply(string body, string id) => Text(Edit(body, id), body);

    private static string Text(BodyEdits edits, string body) => Encoding.UTF8.GetString([.. edits.Apply(Bytes(body)).SelectMany(piece => piece.ToArray())]);

    private static ReadOnlySequence<byte> Bytes(string body) => new(Encoding.UTF8.GetBytes(body));
}
