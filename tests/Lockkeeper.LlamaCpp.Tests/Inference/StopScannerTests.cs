using System.Buffers;
using System.Text;
using Lockkeeper.LlamaCpp.Inference;

namespace Lockkeeper.LlamaCpp.Tests.Inference;

public sealed class StopScannerTests
{
    [Fact]
    public void Without_stop_strings_everything_passes() => Run([], "ab", "c").ShouldBe(("abc", false));

    [Fact]
    public void A_stop_string_cut_by_pieces_is_found_and_no_part_of_it_passes()
    {
        Passed(["END"], "one E", "N", "D two").ShouldBe(["one ", "", ""]);
        Run(["END"], "one E", "N", "D two").ShouldBe(("one ", true));
    }

    [Fact]
    public void What_only_began_like_a_stop_string_passes_once_that_is_certain() => Passed(["END"], "E", "NE", "x").ShouldBe(["", "EN", "Ex"]);

    [Fact]
    public void What_began_like_a_stop_string_is_text_when_nothing_follows() => Run(["END"], "the EN").ShouldBe(("the EN", false));

    [Fact]
    public void The_earliest_of_several_wins() => Run(["bc", "c", "abcd"], "xabcd").ShouldBe(("x", true));

    [Fact]
    public void Every_cut_of_a_text_gives_the_same_answer()
    {
        const string Text = "aabaabaab|c";
        for (var first = 0; first <= Text.Length; first++)
        {
            for (var second = first; second <= Text.Length; second++)
            {
                Run(["aab|", "zz"], Text[..first], Text[first..second], Text[second..]).ShouldBe(("aabaab", true), $"cut at {first} and {second}");
            }
        }
    }

    private static List<string> Passed(string[] stops, params string[] pieces)
    {
        var scanner = new StopScanner([.. stops.Select(Encoding.UTF8.GetBytes)]);
        return [.. pieces.Select(piece =>
        {
            var output = new ArrayBufferWriter<byte>();
            scanner.Push(Encoding.UTF8.GetBytes(piece), output);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        })];
    }

    private static (string Text, bool Stopped) Run(string[] stops, params string[] pieces)
    {
        var scanner = new StopScanner([.. stops.Select(Encoding.UTF8.GetBytes)]);
        var output = new ArrayBufferWriter<byte>();
        var stopped = pieces.Any(piece => scanner.Push(Encoding.UTF8.GetBytes(piece), output));
        if (!stopped)
        {
            scanner.End(output);
        }

        return (Encoding.UTF8.GetString(output.WrittenSpan), stopped);
    }
}
