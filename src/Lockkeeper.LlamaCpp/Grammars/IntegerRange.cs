using System.Globalization;
using System.Text;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>The whole numbers between two bounds, as digits.</summary>
internal static class IntegerRange
{
    /// <summary>Digits of a number that has no bound on a side.</summary>
    private const int MostDigits = 16;

    /// <summary>The largest bound there can be, above and below.</summary>
    public const long Most = 9_999_999_999_999_999;

    /// <param name="least">The smallest, null for any.</param>
    /// <param name="most">The largest, null for any; not less than <paramref name="least"/>.</param>
    public static string Expression(long? least, long? most)
    {
        List<string> alternatives = [];
        if (least is null or < 0)
        {
            // The negative ones are the positive ones from -most to -least behind a minus.
            var from = most is < 0 ? -most.Value : 1;
            alternatives.Add("\"-\" (" + string.Join(" | ", Positive(from, least is { } lowest ? -lowest : Most)) + ")");
        }

        if (most is null or >= 0)
        {
            alternatives.AddRange(Positive(Math.Max(least ?? 0, 0), most ?? Most));
        }

        return string.Join(" | ", alternatives);
    }

    /// <summary>One expression for each number of digits.</summary>
    private static IEnumerable<string> Positive(long least, long most)
    {
        for (var (digits, first) = (1, 0L); digits <= MostDigits; digits++)
        {
            var last = first == 0 ? 9 : (first * 10) - 1;
            if (Math.Max(least, first) <= Math.Min(most, last))
            {
                yield return SameLength(Text(Math.Max(least, first)), Text(Math.Min(most, last)));
            }

            first = last + 1;
        }
    }

    /// <summary>Numbers of equally many digits: those that begin like the smallest, those in between, and those that begin like the largest.</summary>
    private static string SameLength(string least, string most)
    {
        if (least.All(digit => digit == '0') && most.All(digit => digit == '9'))
        {
            return Any(least.Length);
        }

        if (least.Length <= 1)
        {
            return least.Length == 0 ? "\"\"" : Class(least[0], most[0]);
        }

        var (low, high) = (least[0], most[0]);
        if (low == high)
        {
            return $"\"{low}\" ({SameLength(least[1..], most[1..])})";
        }

        var rest = least.Length - 1;
        List<string> alternatives = [];
        if (least[1..].Any(digit => digit != '0'))
        {
            alternatives.Add($"\"{low}\" ({SameLength(least[1..], new string('9', rest))})");
            low++;
        }

        string? last = null;
        if (most[1..].Any(digit => digit != '9'))
        {
            last = $"\"{high}\" ({SameLength(new string('0', rest), most[1..])})";
            high--;
        }

        if (low <= high)
        {
            alternatives.Add(new StringBuilder(Class(low, high)).Append(' ').Append(Any(rest)).ToString());
        }

        if (last is not null)
        {
            alternatives.Add(last);
        }

        return string.Join(" | ", alternatives);
    }

    private static string Class(char low, char high) => low == high ? $"\"{low}\"" : $"[{low}-{high}]";

    private static string Any(int digits) => string.Create(CultureInfo.InvariantCulture, $"[0-9]{{{digits}}}");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
