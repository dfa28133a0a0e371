using System.Globalization;
using System.Text.RegularExpressions;
using Lockkeeper.LlamaCpp.Grammars;

namespace Lockkeeper.LlamaCpp.Tests.Grammars;

public sealed class IntegerRangeTests
{
    [Fact]
    public void A_range_takes_its_numbers_and_no_others()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var (one, other) = (random.Next(-2500, 2500), random.Next(-2500, 2500));
            long? least = round % 7 == 0 ? null : Math.Min(one, other);
            long? most = round % 5 == 0 ? null : Math.Max(one, other);
            var regex = Regex(IntegerRange.Expression(least, most));
            for (var number = -2600; number <= 2600; number++)
            {
                regex.IsMatch(number.ToString(CultureInfo.InvariantCulture)).ShouldBe((least is null || number >= least) && (most is null || number <= most), $"{number} in {least}..{most}");
            }
        }
    }

    [Theory]
    [InlineData(0L, 0L, "0", true)]
    [InlineData(7L, 7L, "7", true)]
    [InlineData(0L, null, "9999999999999999", true)]
    [InlineData(0L, null, "-0", false)]
    [InlineData(0L, null, "007", false)]
    [InlineData(null, -1L, "-9999999999999999", true)]
    [InlineData(null, -1L, "0", false)]
    [InlineData(IntegerRange.Most, null, "9999999999999999", true)]
    public void Its_ends_are_in_it(long? least, long? most, string text, bool isIn) => Regex(IntegerRange.Expression(least, most)).IsMatch(text).ShouldBe(isIn);

    /// <summary>The notation is that of regular expressions but for quotes and spaces.</summary>
    private static Regex Regex(string expression) =>
        new($"^({expression.Replace("\"", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)})$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
}
