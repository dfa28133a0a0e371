namespace Lockkeeper.Server.Telemetry;

/// <summary>Names for requests: 16 letters and digits that sort by time, fit into a URL, and are read aloud without mistaking one for another (Crockford's base 32).</summary>
/// <remarks>45 bits of milliseconds, 15 bits that tell one run of Lockkeeper from another, 20 bits of a counter: a million a millisecond before one could come twice.</remarks>
internal sealed class RequestIds(TimeProvider time)
{
    public const int Length = 16;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TimeLetters = 9;
    private const int RunLetters = 3;

    private readonly ulong _run = (ulong)Random.Shared.Next(1 << (5 * RunLetters));
    private int _last;

    public string Next()
    {
        var number = (uint)Interlocked.Increment(ref _last);
        var tail = (_run << (5 * (Length - TimeLetters - RunLetters))) | (number & 0xF_FFFF);
        return string.Create(Length, (Milliseconds: (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(), Tail: tail), static (text, id) =>
        {
            Write(text[..TimeLetters], id.Milliseconds);
            Write(text[TimeLetters..], id.Tail);
        });
    }

    private static void Write(Span<char> text, ulong value)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(value & 31)];
            value >>= 5;
        }
    }
}
