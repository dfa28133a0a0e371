using System.Buffers;
using System.Text;
using Lockkeeper.LlamaCpp.Inference;

namespace Lockkeeper.LlamaCpp.Tests.Inference;

public sealed class Utf8BoundaryTests
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    [Fact]
    public void A_character_is_passed_on_when_its_last_byte_came()
    {
        var boundary = new Utf8Boundary();
        Encoding.UTF8.GetBytes("a🚣é").Select(one => Push(boundary, one)).ShouldBe(["a", "", "", "", "🚣", "", "é"]);
    }

    [Fact]
    public void What_stays_incomplete_becomes_one_replacement_character_at_the_end()
    {
        var boundary = new Utf8Boundary();
        Push(boundary, 0xF0, 0x9F, 0x9A).ShouldBe("");
        End(boundary).ShouldBe("\uFFFD");
        End(boundary).ShouldBe("");
    }

    [Fact]
    public void A_byte_that_breaks_a_character_may_begin_the_next()
    {
        var boundary = new Utf8Boundary();
        Push(boundary, 0xE2, 0x82).ShouldBe("");
        Push(boundary, 0xC3).ShouldBe("\uFFFD");
        Push(boundary, 0xA9).ShouldBe("é");
    }

    [Fact]
    public void Any_bytes_in_any_pieces_become_what_a_decoder_makes_of_the_whole()
    {
        var random = new Random(7);
        byte[] likely = [.. Encoding.UTF8.GetBytes("aé€🚣"), 0xC0, 0xED, 0xA0, 0xF5, 0xFF, 0x80];
        for (var round = 0; round < 5000; round++)
        {
            var bytes = Enumerable.Range(0, random.Next(1, 12)).Select(_ => likely[random.Next(likely.Length)]).ToArray();
            var boundary = new Utf8Boundary();
            var text = new StringBuilder();
            for (var at = 0; at < bytes.Length;)
            {
                var end = random.Next(at + 1, bytes.Length + 1);
                text.Append(Push(boundary, bytes[at..end]));
                at = end;
            }

            text.Append(End(boundary));
            text.ToString().ShouldBe(Encoding.UTF8.GetString(bytes), Convert.ToHexString(bytes));
        }
    }

    /// <summary>Fails when a piece is cut inside a character.</summary>
    private static string Push(Utf8Boundary boundary, params byte[] bytes)
    {
        var output = new ArrayBufferWriter<byte>();
        boundary.Push(bytes, output);
        return Strict.GetString(output.WrittenSpan);
    }

    private static string End(Utf8Boundary boundary)
    {
        var output = new ArrayBufferWriter<byte>();
        boundary.End(output);
        return Strict.GetString(output.WrittenSpan);
    }
}
