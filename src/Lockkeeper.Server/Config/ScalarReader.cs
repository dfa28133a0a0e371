using System.Collections.Frozen;
using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Config;

/// <summary>How a single value of one type is read. Strict: nothing is converted that a person could have meant otherwise.</summary>
/// <param name="Expected">What the type looks like, for messages.</param>
/// <param name="Read">Gives the value, or says why there is none.</param>
internal sealed record ScalarReader(string Expected, Func<ConfigNode.Scalar, (object? Value, string? Problem)> Read)
{
    /// <summary>A type of value is added here, and nowhere else.</summary>
    public static readonly FrozenDictionary<Type, ScalarReader> Of = new Dictionary<Type, ScalarReader>
    {
        [typeof(string)] = new("text", scalar => (scalar.Text, null)),
        [typeof(int)] = new("a whole number", ReadWhole),
        [typeof(bool)] = new("true or false", ReadTruth),
        [typeof(TimeSpan)] = new(HumanDuration.Example, scalar => HumanDuration.TryParse(scalar.Text, out var duration, out var problem) ? (duration, null) : (null, problem)),
        [typeof(ByteSize)] = new(ByteSize.Example, scalar => ByteSize.TryParse(scalar.Text, out var size, out var problem) ? (size, null) : (null, problem)),
        [typeof(Priority)] = new(PriorityName.Allowed, scalar => PriorityName.TryParse(scalar.Text, out var priority) ? (priority, null) : (null, $"'{scalar.Text}' is no priority; write {PriorityName.Allowed}")),
    }.ToFrozenDictionary();

    private static (object? Value, string? Problem) ReadWhole(ConfigNode.Scalar scalar)
    {
        var digits = scalar.Text.AsSpan().TrimStart('-');
        var whole = digits.Length > 0 && digits.Length >= scalar.Text.Length - 1 && !digits.ContainsAnyExceptInRange('0', '9') && (digits is not ['0', _, ..]);
        return (whole, scalar.Quoted) switch
        {
            (true, true) => (null, $"expected a whole number, found the text \"{scalar.Text}\"; remove the quotes"),
            (false, _) => (null, $"expected a whole number, found '{scalar.Text}'"),
            _ => int.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var number) ? (number, null) : (null, $"'{scalar.Text}' is beyond the numbers that make sense here"),
        };
    }

    private static (object? Value, string? Problem) ReadTruth(ConfigNode.Scalar scalar) => (scalar.Text, scalar.Quoted) switch
    {
        ("true", false) => (true, null),
        ("false", false) => (false, null),
        ("true" or "false", true) => (null, $"expected true or false, found the text \"{scalar.Text}\"; remove the quotes"),
        _ when scalar.Text.ToLowerInvariant() is "yes" or "on" or "y" or "true" => (null, $"expected true or false, found '{scalar.Text}'; write true"),
        _ when scalar.Text.ToLowerInvariant() is "no" or "off" or "n" or "false" => (null, $"expected true or false, found '{scalar.Text}'; write false"),
        _ => (null, $"expected true or false, found '{scalar.Text}'"),
    };
}
