namespace Lockkeeper.Core.Models;

/// <summary>What a misspelt name may have meant.</summary>
internal static class Spelling
{
    /// <summary>Names are compared up to here, so the work is bounded whatever a client sends.</summary>
    private const int Longest = 64;

    /// <summary>Up to <paramref name="count"/> of the <paramref name="known"/> names that are close to <paramref name="asked"/>, nearest first.</summary>
    public static IReadOnlyList<string> Near(string asked, IEnumerable<string> known, int count) =>
    [
        .. known
            .Select(name => (name, distance: Distance(asked, name)))
            .Where(near => near.distance <= Math.Max(2, Math.Min(asked.Length, near.name.Length) / 2))
            .OrderBy(near => near.distance).ThenBy(near => near.name, StringComparer.Ordinal)
            .Take(count)
            .Select(near => near.name),
    ];

    /// <summary>The one known name that is closest; null when none is close.</summary>
    public static string? Nearest(string asked, IEnumerable<string> known) => Near(asked, known, 1) is [var near, ..] ? near : null;

    /// <summary>Levenshtein distance, ignoring case.</summary>
    private static int Distance(string left, string right)
    {
        var a = left.AsSpan(0, Math.Min(left.Length, Longest));
        var b = right.AsSpan(0, Math.Min(right.Length, Longest));
        Span<int> row = stackalloc int[Longest + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
