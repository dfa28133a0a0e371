using System.Text;
using FsCheck.Fluent;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class SseEventsTests
{
    [Theory]
    [InlineData("data: a\n\n", "|a")]
    [InlineData("data:a\n\n", "|a")]
    [InlineData("data:  a \n\n", "| a ")]
    [InlineData("data: a\r\n\r\n", "|a")]
    [InlineData("data: a\r\r", "|a")]
    [InlineData("data: a\r\n\rdata: b\n\r\n", "|a", "|b")]
    [InlineData("data: a\n\ndata: b\n\n", "|a", "|b")]
    [InlineData("event: tick\ndata: a\n\ndata: b\n\n", "tick|a", "|b")]
    [InlineData("event: tick\nevent: tock\ndata: a\n\n", "tock|a")]
    [InlineData("data: a\nevent: tick\n\n", "tick|a")]
    [InlineData("data: a\ndata: b\ndata: c\n\n", "|a\nb\nc")]
    [InlineData("data\n\n", "|")]
    [InlineData("data:\ndata:\n\n", "|\n")]
    [InlineData(": waiting\n\ndata: a\n\n", "|a")]
    [InlineData("data: a\n: waiting\ndata: b\n\n", "|a\nb")]
    [InlineData("id: 7\nretry: 10\ndata: a\n\n", "|a")]
    [InlineData("\uFEFFdata: a\n\n", "|a")]
    [InlineData("\n\n\ndata: a\n\n\n\n", "|a")]
    [InlineData("data: {\"a\": \"b: c\"}\n\n", "|{\"a\": \"b: c\"}")]
    [InlineData("data: ä\u2028🙂\n\n", "|ä\u2028🙂")]
    public void Events_are_told_whatever_the_line_ends(string stream, params string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        for (var size = 1; size <= bytes.Length; size++)
        {
            Read(bytes, [size]).ShouldBe(expected, ignoreOrder: false, $"in pieces of {size}");
        }
    }

    [Theory]
    [InlineData("data: a")]
    [InlineData("data: a\n")]
    [InlineData("data: a\r\n")]
    [InlineData("event: tick\n\n")]
    [InlineData(": only a comment\n\n")]
    [InlineData("dat: a\n\n")]
    [InlineData("database: a\n\n")]
    [InlineData(" data: a\n\n")]
    [InlineData("data: a\n\uFEFF")]
    public void What_is_no_event_or_was_cut_off_is_not_told(string stream) => Read(Encoding.UTF8.GetBytes(stream), [3]).ShouldBeEmpty();

    [Fact]
    public void A_mark_of_byte_order_counts_at_the_very_beginning_only() =>
        Read(Encoding.UTF8.GetBytes("data: a\n\n\uFEFFdata: b\n\ndata: c\n\n"), [5]).ShouldBe(["|a", "|c"]);

    [Fact]
    public void Any_cut_gives_the_same_events()
    {
        var lines = Gen.Elements("data: a", "data:b", "data", "event: x", "event", ": c", "", "", "id: 1", "data: {\"k\":[1]}", "\uFEFFdata: ä");
        var ends = Gen.Elements("\n", "\r\n", "\r");
        var streams = lines.SelectMany(line => ends.Select(end => line + end)).ListOf().Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts)));
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(streams.ToArbitrary(), Cuts.Lengths.ToArbitrary(), (stream, lengths) => Read(stream, lengths).SequenceEqual(Read(stream, [Math.Max(1, stream.Length)]))));
    }

    [Theory]
    [InlineData("data: ")]
    [InlineData("data:\n")]
    [InlineData("data: a\n")]
    [InlineData(": ")]
    [InlineData("x")]
    public void An_event_without_end_is_refused_before_it_takes_the_memory(string unit)
    {
        const int Longest = 10_000;
        var piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 100)));
        var events = new SseEvents(new Listener(), Longest);
        var wrong = Should.Throw<InvalidDataException>(() =>
        {
            for (var i = 0; i < 2 * Longest; i++)
            {
                // Without an end of line nothing is an event, and lines of data without a blank one are all one event.
                events.Read(unit.EndsWith('\n') ? piece : piece.AsSpan().TrimEnd((byte)'\n'));
            }
        });
        wrong.Message.ShouldContain("without end");
    }

    [Fact]
    public void Comments_without_end_are_no_event_that_grows()
    {
        var events = new SseEvents(new Listener(), longest: 1_000);
        for (var i = 0; i < 10_000; i++)
        {
            events.Read(": still here\n"u8);
        }
    }

    [Fact]
    public void Reading_allocates_nothing_once_its_buffers_have_grown()
    {
        var events = new SseEvents(new Silent());
        var piece = Encoding.UTF8.GetBytes("event: tick\r\ndata: " + new string('x', 300) + "\r\n\r\ndata: b");
        events.Read(piece);
        events.Read("\n\n"u8);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            events.Read(piece);
            events.Read("\n\n"u8);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static List<string> Read(byte[] stream, int[] lengths)
    {
        var listener = new Listener();
        var events = new SseEvents(listener);
        Cuts.Into<byte>(stream, lengths, piece => events.Read(piece.Span));
        return listener.Events;
    }

    private sealed class Listener : ISseListener
    {
        public List<string> Events { get; } = [];

        public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data) => Events.Add($"{Encoding.UTF8.GetString(name)}|{Encoding.UTF8.GetString(data)}");
    }

    private sealed class Silent : ISseListener
    {
        public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
        {
        }
    }
}
