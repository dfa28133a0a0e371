using System.Text;
using FsCheck.Fluent;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class JsonLinesTests
{
    [Theory]
    [InlineData("{}\n", "{}")]
    [InlineData("{}\r\n", "{}")]
    [InlineData("{}\n[1]\n", "{}", "[1]")]
    [InlineData("{\"a\": 1}\n\n \t\r\n\r\n2\n", "{\"a\": 1}", "2")]
    [InlineData("{}\n{\"last\":true}", "{}", "{\"last\":true}")]
    [InlineData("{}\n{\"last\":true}\r", "{}", "{\"last\":true}")]
    [InlineData("\"ä🙂\u2028\"\n", "\"ä🙂\u2028\"")]
    [InlineData("")]
    [InlineData("\n\r\n  \n")]
    public void Lines_are_told_and_blank_ones_are_not(string stream, params string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        for (var size = 1; size <= bytes.Length + 1; size++)
        {
            Read(bytes, [size]).ShouldBe(expected, ignoreOrder: false, $"in pieces of {size}");
        }
    }

    [Fact]
    public void Any_cut_gives_the_same_lines()
    {
        var streams = Gen.Elements("{}", "[1,2]", "\"x\"", "\n", "\r\n", " ", "", "\n").ListOf().Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts)));
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(streams.ToArbitrary(), Cuts.Lengths.ToArbitrary(), (stream, lengths) =>
            Read(stream, lengths).SequenceEqual(Encoding.UTF8.GetString(stream).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5_000)]
    public void A_line_without_end_is_refused(int size)
    {
        var lines = new JsonLines(new Listener(), longest: 1_000);
        var piece = new byte[size];
        piece.AsSpan().Fill((byte)'x');
        var read = 0;
        Should.Throw<InvalidDataException>(() =>
        {
            while (read <= 10_000)
            {
                lines.Read(piece);
                read += size;
            }
        }).Message.ShouldBe("a line without end");
        read.ShouldBeLessThanOrEqualTo(1_000);
    }

    [Fact]
    public void A_line_that_is_too_long_is_refused_also_when_it_comes_whole() =>
        Should.Throw<InvalidDataException>(() => new JsonLines(new Listener(), longest: 3).Read("1234\n"u8));

    [Fact]
    public void A_line_may_be_just_as_long_as_allowed()
    {
        var listener = new Listener();
        new JsonLines(listener, longest: 4).Read("1234\n5678\n"u8);
        listener.Lines.ShouldBe(["1234", "5678"]);
    }

    private static List<string> Read(byte[] stream, int[] lengths)
    {
        var listener = new Listener();
        var lines = new JsonLines(listener);
        Cuts.Into<byte>(stream, lengths, piece => lines.Read(piece.Span));
        lines.Complete();
        return listener.Lines;
    }

    private sealed class Listener : IJsonLineListener
    {
        public List<string> Lines { get; } = [];

        public void OnLine(ReadOnlySpan<byte> line) => Lines.Add(Encoding.UTF8.GetString(line));
    }
}
