using System.Buffers;

namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Texts by which models say what comes. None begins with another.</summary>
internal sealed class Marks(params string[] marks)
{
    private readonly SearchValues<char> _firsts = SearchValues.Create([.. marks.Select(mark => mark[0]).Distinct()]);

    /// <summary>Where the first of them is, or may begin at the text's end; the text's length where none can.</summary>
    /// <param name="text">Where to look.</param>
    /// <param name="isEnd">Whether nothing follows, so that what is cut off is no mark.</param>
    /// <param name="mark">The mark; null where it is cut off, or where there is none.</param>
    public int Find(ReadOnlySpan<char> text, bool isEnd, out string? mark)
    {
        mark = null;
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at..].IndexOfAny(_firsts);
            if (next < 0)
            {
                break;
            }

            at += next;
            if (Begins(text[at..], isEnd, out mark))
            {
                return at;
            }
        }

        return text.Length;
    }

    /// <summary>Whether a text begins with one of them, or may once more of it is there.</summary>
    public bool Begins(ReadOnlySpan<char> text, bool isEnd, out string? mark)
    {
        foreach (var candidate in marks)
        {
            if (text.StartsWith(candidate, StringComparison.Ordinal))
            {
                mark = candidate;
                return true;
            }

            if (!isEnd && candidate.AsSpan().StartsWith(text, StringComparison.Ordinal))
            {
                mark = null;
                return true;
            }
        }

        mark = null;
        return false;
    }
}
