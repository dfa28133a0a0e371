using System.Globalization;

namespace Lockkeeper.Core.Config;

/// <summary>The bounds of a key, both included, written as in the file: <c>[Between("10ms", "24h")]</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BetweenAttribute(string least, string most) : Attribute
{
    public string Least { get; } = least;

    public string Most { get; } = most;

    /// <summary>Why the value is out of bounds; null when it is not.</summary>
    public string? Refuse(object value) => value switch
    {
        int number => Refuse(number, Whole, number.ToString(CultureInfo.InvariantCulture)),
        double number => Refuse(number, Decimal, number.ToString(CultureInfo.InvariantCulture)),
        DurationOrOff limit => limit.Value is { } duration ? Refuse(duration, Duration, HumanDuration.Format(duration)) : null,
        TimeSpan duration => Refuse(duration, Duration, HumanDuration.Format(duration)),
        ByteSize size => Refuse(size.Bytes, Bytes, size.ToString()),
        _ => throw new NotSupportedException($"There are no bounds for {value.GetType()}."),
    };

    private string? Refuse<T>(T value, Func<string, T> parse, string shown)
        where T : IComparable<T> =>
        value.CompareTo(parse(Least)) < 0 || value.CompareTo(parse(Most)) > 0 ? $"must be from {Least} to {Most}, and is {shown}" : null;

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static double Decimal(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan Duration(string text) => HumanDuration.TryParse(text, out var duration, out var problem) ? duration : throw new FormatException(problem);

    private static long Bytes(string text) => ByteSize.TryParse(text, out var size, out var problem) ? size.Bytes : throw new FormatException(problem);
}
