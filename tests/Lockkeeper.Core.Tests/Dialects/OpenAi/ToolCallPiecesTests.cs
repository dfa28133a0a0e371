using System.Text;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects.OpenAi;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class ToolCallPiecesTests
{
    private const string BothTold = "begin\ncall 0 'a' f\narguments 0: {\"x\":1}\ncall 1 'b' g\narguments 1: {\"y\":2}\nend ToolCalls";

    [Fact]
    public void A_call_without_a_name_is_refused() =>
        Should.Throw<InvalidDataException>(() => Told(["""{"index":0,"id":"a","function":{"arguments":"{}"}}"""])).Message.ShouldContain("without naming");

    [Fact]
    public void Pieces_of_two_calls_that_come_by_turns_are_told_as_one_call_behind_the_other() => Told(
        ["""{"index":0,"id":"a","function":{"name":"f","arguments":""}}"""], ["""{"index":1,"id":"b","function":{"name":"g","arguments":""}}"""],
        [Piece(0, "{\"x\"")], [Piece(1, "{\"y\"")], [Piece(0, ":1}")], [Piece(1, ":2}")]).ShouldBe(BothTold);

    [Fact]
    public void So_are_those_that_come_in_one_list() => Told(
        ["""{"index":0,"id":"a","function":{"name":"f"}}""", """{"index":1,"id":"b","function":{"name":"g"}}"""],
        [Piece(1, "{\"y\""), Piece(0, "{\"x\"")], [Piece(1, ":2}"), Piece(0, ":1}")]).ShouldBe(BothTold);

    [Fact]
    public void And_those_that_are_told_apart_by_their_ids_alone() => Told(
        ["""{"id":"a","function":{"name":"f","arguments":"{\"x\""}}"""], ["""{"id":"b","function":{"name":"g","arguments":"{\"y\""}}"""],
        ["""{"id":"a","function":{"arguments":":1}"}}"""], ["""{"id":"b","function":{"arguments":":2}"}}"""]).ShouldBe(BothTold);

    [Fact]
    public void Those_that_had_to_wait_are_told_by_their_numbers() => Told(
        ["""{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}"""], ["""{"index":2,"id":"c","function":{"name":"h","arguments":"{}"}}"""],
        ["""{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}"""], [Piece(0, "}")])
        .ShouldBe("begin\ncall 0 'a' f\narguments 0: {}\ncall 1 'b' g\narguments 1: {}\ncall 2 'c' h\narguments 2: {}\nend ToolCalls");

    [Fact]
    public void What_was_cut_off_is_told_as_far_as_it_came() => Told(
        ["""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x"}}"""], ["""{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y"}}"""], ["""{"index":2,"id":"c"}"""])
        .ShouldBe("begin\ncall 0 'a' f\narguments 0: {\"x\ncall 1 'b' g\narguments 1: {\"y\nend ToolCalls");

    [Fact]
    public void A_call_that_waited_goes_on_at_once_when_its_turn_has_come()
    {
        var told = new Transcript();
        var reader = new ChatStreamReader(told);
        foreach (var piece in (string[])["""{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}""", """{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":\"\ud83d"}}""", Piece(0, "}")])
        {
            reader.Read(Encoding.UTF8.GetBytes(Event(piece)));
        }

        told.Pieces.ShouldBe(["begin", "call 0 'a' f", "arguments 0: {", "arguments 0: }", "call 1 'b' g", "arguments 1: {\"y\":\""]);
        reader.Read(Encoding.UTF8.GetBytes(Event("""{"index":1,"function":{"arguments":"\ude42\"}"}}""")));
        told.Pieces[^1].ShouldBe("arguments 1: 🙂\"}");
    }

    [Fact]
    public void An_empty_piece_of_a_call_that_is_over_says_nothing() => Told(
        ["""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}"""], ["""{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\""}}"""],
        [Piece(0, "")], ["""{"index":0,"id":"a","function":{"name":"f","arguments":" \n"}}"""], ["""{"index":0}"""], [Piece(1, ":2}")]).ShouldBe(BothTold);

    [Fact]
    public void More_of_a_call_that_was_whole_is_refused() => Should.Throw<InvalidDataException>(() => Told(
        ["""{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"""], ["""{"index":1,"id":"b","function":{"name":"g","arguments":"{"}}"""], [Piece(0, "{}")]))
        .Message.ShouldContain("whole");

    [Fact]
    public void Calls_may_wait_within_bounds_only()
    {
        var much = new string('x', 100_000);
        var pieces = Enumerable.Repeat<string[]>([Piece(1, much)], 11);

        Should.Throw<InvalidDataException>(() => Told([
            ["""{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}"""], ["""{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":\""}}"""], .. pieces]))
            .Message.ShouldContain("kept back");
        Should.Throw<InvalidDataException>(() => Told([
            ["""{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}"""], .. Enumerable.Range(1, 100_000).Select(number => (string[])[$$"""{"index":{{number}}}"""])]))
            .Message.ShouldContain("kept back");
        Told([["""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"y\":\""}}"""], .. Enumerable.Repeat<string[]>([Piece(0, much)], 11), [Piece(0, "\"}")]]).Length.ShouldBeGreaterThan(1_100_000);
    }

    /// <summary>Whatever the order in which the pieces of the calls come, as long as each call's own follow each other.</summary>
    [Fact]
    public void Any_order_of_the_pieces_tells_the_same() => FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Arb.From(Gen.ArrayOf(Gen.Choose(0, 3))), order =>
    {
        const int Calls = 4;
        const string Json = """{"a":[1,"}{"],"b":{"c":"\\\""}}""";
        var at = new int[Calls];
        List<string[]> pieces = [.. Enumerable.Range(0, Calls).Select(call => (string[])[$$$"""{"index":{{{call}}},"id":"id{{{call}}}","function":{"name":"f{{{call}}}","arguments":""}}"""])];
        foreach (var call in order.Where(call => at[call] < Json.Length))
        {
            var length = Math.Min(5, Json.Length - at[call]);
            pieces.Add([Piece(call, Json.Substring(at[call], length))]);
            at[call] += length;
        }

        pieces.AddRange(Enumerable.Range(0, Calls).Reverse().Where(call => at[call] < Json.Length).Select(call => (string[])[Piece(call, Json[at[call]..])]));

        Told([.. pieces]).ShouldBe($"begin\n{string.Concat(Enumerable.Range(0, Calls).Select(call => $"call {call} 'id{call}' f{call}\narguments {call}: {Json}\n"))}end ToolCalls");
    }));

    private static string Piece(int number, string arguments) => $$$"""{"index":{{{number}}},"function":{"arguments":"{{{arguments.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}}}"}}""";

    private static string Event(params string[] calls) => $$$"""data: {"choices":[{"index":0,"delta":{"tool_calls":[{{{string.Join(',', calls)}}}]}}]}""" + "\n\n";

    private static string Told(params string[][] chunks)
    {
        var told = new Transcript();
        var reader = new ChatStreamReader(told);
        foreach (var calls in chunks)
        {
            reader.Read(Encoding.UTF8.GetBytes(Event(calls)));
        }

        reader.Read("data: [DONE]\n\n"u8);
        reader.Complete();
        return told.ToString();
    }
}
