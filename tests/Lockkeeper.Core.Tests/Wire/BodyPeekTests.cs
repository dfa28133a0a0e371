using System.Buffers;
using System.Text;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class BodyPeekTests
{
    [Fact]
    public void Finds_model_and_stream_wherever_they_stand()
    {
        var peek = Scan("""{"messages":[{"role":"user","content":"hi"}],"stream":true,"model":"a","n":1}""");

        peek.Model.ShouldBe("a");
        peek.Stream.ShouldBeTrue();
        peek.Priority.ShouldBeNull();
        peek.PriorityMember.Length.ShouldBe(0);
    }

    [Fact]
    public void A_model_nested_deeper_is_somebody_elses()
    {
        var peek = Scan("""{"tools":[{"model":"no","stream":true,"priority":0}],"metadata":{"model":"no"},"model":"yes"}""");

        peek.Model.ShouldBe("yes");
        peek.Stream.ShouldBeFalse();
        peek.Priority.ShouldBeNull();
    }

    [Fact]
    public void Escapes_in_names_and_values_are_understood()
    {
        var peek = Scan("""{"mod\u0065l":"a\u002fb","stream":null}""");

        peek.Model.ShouldBe("a/b");
        peek.Stream.ShouldBeFalse();
    }

    [Fact]
    public void A_name_with_half_a_character_in_it_is_somebody_elses() => Scan("""{"\ud83d":1,"\ud83dstream":2,"model":"a"}""").Model.ShouldBe("a");

    [Theory]
    [InlineData("""{"model":"a","Model":"b"}""")]
    [InlineData("""{"MODEL":"b","model":"a"}""")]
    [InlineData("""{"model":"a","M\u006fdel":"b"}""")]
    public void A_second_model_in_capital_letters_is_refused_as_engines_written_in_Go_would_take_it(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        for (var size = 1; size <= bytes.Length; size++)
        {
            BodyPeek.Scan(Pieces.Of(bytes, size)).Error.ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe("model");
        }
    }

    [Theory]
    [InlineData("\"high\"", Priority.High)]
    [InlineData("\"BACKGROUND\"", Priority.Background)]
    [InlineData("\"0\"", Priority.Critical)]
    [InlineData("0", Priority.Critical)]
    [InlineData("4", Priority.Background)]
    public void A_priority_is_a_name_or_a_number(string written, object expected) =>
        Scan($$"""{"model":"a","priority":{{written}}}""").Priority.ShouldBe(expected);

    [Theory]
    [InlineData("5", null, true)]
    [InlineData("-1", null, true)]
    [InlineData("9007199254740993", null, true)]
    [InlineData("3", Priority.Low, true)]
    [InlineData("\"3\"", Priority.Low, false)]
    [InlineData("\"low\"", Priority.Low, false)]
    [InlineData("null", null, false)]
    public void Another_whole_number_may_be_the_engines(string written, object? priority, bool whole)
    {
        var peek = Scan($$"""{"model":"a","priority":{{written}}}""");
        (peek.Priority, peek.PriorityIsWhole, peek.PriorityIsForeign).ShouldBe(((Priority?)priority, whole, whole && priority is null));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e2")]
    [InlineData("99999999999999999999")]
    [InlineData("\"urgent\"")]
    [InlineData("\"a priority whose name is much longer than any that exists\"")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[1]")]
    public void Anything_else_is_no_priority(string written) =>
        Refused($$"""{"model":"a","priority":{{written}}}""").Field.ShouldBe("priority");

    [Theory]
    [InlineData("model", """{"model":"a","model":"a"}""")]
    [InlineData("model", """{"model":"a","mod\u0065l":"b"}""")]
    [InlineData("stream", """{"stream":false,"model":"a","stream":true}""")]
    [InlineData("priority", """{"priority":1,"model":"a","priority":null}""")]
    [InlineData("max_tokens", """{"max_tokens":1,"model":"a","max_tokens":1}""")]
    [InlineData("max_completion_tokens", """{"max_completion_tokens":null,"model":"a","max_completion_tokens":1}""")]
    [InlineData("max_output_tokens", """{"max_output_tokens":1,"model":"a","max\u005foutput_tokens":1}""")]
    public void A_member_the_router_acts_on_may_stand_once(string field, string body)
    {
        var error = Refused(body);

        error.Field.ShouldBe(field);
        error.Status.ShouldBe(400);
        error.Message.ShouldContain("twice");
    }

    [Fact]
    public void The_length_of_the_answer_is_found_in_all_its_names_and_only_at_the_top()
    {
        Scan("""{"model":"a","max_tokens":7,"max_completion_tokens":8,"max_output_tokens":9}""").Limits.AreNone.ShouldBeFalse();
        Scan("""{"model":"a","options":{"max_tokens":7},"max_token":1}""").Limits.AreNone.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("[]")]
    [InlineData("\"model\"")]
    [InlineData("{")]
    [InlineData("{\"model\":\"a\"")]
    [InlineData("""{"model":"a"}}""")]
    [InlineData("""{"model":"a"} x""")]
    [InlineData("""{"model":"a",}""")]
    [InlineData("""{'model':'a'}""")]
    [InlineData("""{"model":"a","x":[1,2}""")]
    [InlineData("""{"model":"a"/*comment*/}""")]
    public void What_is_no_json_object_is_refused(string body) => Refused(body).ShouldBeOfType<RouterError.BodyInvalid>().Status.ShouldBe(400);

    [Fact]
    public void An_empty_body_is_called_empty() => Refused("").Message.ShouldEndWith("it is empty.");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"model":null}""")]
    [InlineData("""{"model":7}""")]
    [InlineData("""{"model":""}""")]
    [InlineData("""{"model":["a"]}""")]
    public void A_body_without_a_usable_model_is_refused(string body) => Refused(body).Field.ShouldBe("model");

    [Fact]
    public void Nesting_is_bounded()
    {
        Scan($$"""{"model":"a","x":{{Nest(200)}}}""").Model.ShouldBe("a");
        Refused($$"""{"model":"a","x":{{Nest(300)}}}""").ShouldBeOfType<RouterError.BodyInvalid>();

        static string Nest(int depth) => new string('[', depth) + new string(']', depth);
    }

    [Fact]
    public void The_place_of_an_error_is_named() => Refused("{\n  \"model\": \"a\",\n  nonsense }").Message.ShouldContain("line 3");

    [Fact]
    public void A_body_in_pieces_gives_the_same_as_a_whole_one()
    {
        var body = """{"x":"é\n","model":"näme","priority":"low","max_tokens":12345,"stream":true,"max_output_tokens":[1,{}]}"""u8.ToArray();
        var whole = Scan(Encoding.UTF8.GetString(body));
        for (var size = 1; size < body.Length; size++)
        {
            BodyPeek.Scan(Pieces.Of(body, size)).Holds(out var peek, out _).ShouldBeTrue();
            peek.ShouldBe(whole);
        }
    }

    private static BodyPeek Scan(string body)
    {
        BodyPeek.Scan(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out var peek, out var error).ShouldBeTrue(error?.Message);
        return peek;
    }

    private static RouterError Refused(string body)
    {
        BodyPeek.Scan(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out _, out var error).ShouldBeFalse();
        return error!;
    }
}
