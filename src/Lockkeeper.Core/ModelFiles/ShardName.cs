using System.Globalization;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>One of several files that make up a model: <c>name-00002-of-00003.gguf</c>.</summary>
/// <param name="Stem">What stands before the numbers.</param>
/// <param name="Number">From 1.</param>
/// <param name="Count">Of all.</param>
internal readonly record struct ShardName(string Stem, int Number, int Count)
{
    private const int Most = 10_000;
    private const int Digits = 5;
    private const string Between = "-of-";

    /// <param name="name">A file's name, without its ending.</param>
    /// <returns>Null for a file that is whole by itself.</returns>
    public static ShardName? Of(string name)
    {
        var tail = 1 + Digits + Between.Length + Digits;
        if (name.Length <= tail)
        {
            return null;
        }

        var numbers = name.AsSpan(name.Length - tail);
        return numbers[0] == '-' && numbers.Slice(1 + Digits, Between.Length).SequenceEqual(Between)
            && int.TryParse(numbers.Slice(1, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(numbers[^Digits..], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && number >= 1 && number <= count && count <= Most
            ? new ShardName(name[..^tail], number, count)
            : null;
    }
}
