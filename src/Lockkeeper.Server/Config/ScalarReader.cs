using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
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
        [typeof(double)] = new("a number", ReadDecimal),
        [typeof(DurationOrOff)] = new(DurationOrOff.Example, scalar => DurationOrOff.TryParse(scalar.Text, out var limit, out var problem) ? (limit, null) : (null, problem)),
        [typeof(SizeOrAuto)] = new(SizeOrAuto.Example, scalar => SizeOrAuto.TryParse(scalar.Text, out var size, out var problem) ? (size, null) : (null, problem)),
        [typeof(SizeOrPercent)] = new(SizeOrPercent.Example, scalar => SizeOrPercent.TryParse(scalar.Text, out var amount, out var problem) ? (amount, null) : (null, problem)),
        [typeof(Percent)] = new(Percent.Example, scalar => Percent.TryParse(scalar.Text, out var share, out var problem) ? (share, null) : (null, problem)),
        [typeof(KeySource)] = new(KeySource.Example, scalar => KeySource.TryParse(scalar.Text, out var source, out var problem) ? (source, null) : (null, problem)),
        [typeof(SecretSource)] = new(SecretSource.Example, scalar => SecretSource.TryParse(scalar.Text, out var source, out var problem) ? (source, null) : (null, problem)),
        [typeof(ModelType)] = Word(typeof(ModelType), "type of model"),
        [typeof(Capability)] = Word(typeof(Capability), "capability"),
        [typeof(EngineDialect)] = Word(typeof(EngineDialect), "dialect"),
        [typeof(ModelFormat)] = Word(typeof(ModelFormat), "kind of model"),
        [typeof(PresetEvidence)] = Word(typeof(PresetEvidence), "evidence"),
        [typeof(UnitScope)] = Word(typeof(UnitScope), "scope of a unit"),
        [typeof(Switch)] = Word(typeof(Switch), "setting"),
        [typeof(ToolDialect)] = Word(typeof(ToolDialect), "way to write calls of tools"),
        [typeof(ReasoningFormat)] = Word(typeof(ReasoningFormat), "way to mark reasoning"),
        [typeof(ReasoningPolicy)] = Word(typeof(ReasoningPolicy), "treatment of reasoning"),
        [typeof(StreamingFormat)] = Word(typeof(StreamingFormat), "form of a stream"),
        [typeof(PoolPolicy)] = Word(typeof(PoolPolicy), "policy"),
        [typeof(Lifecycle)] = Word(typeof(Lifecycle), "life cycle"),
        [typeof(Scope)] = Word(typeof(Scope), "scope"),
        [typeof(TimeSpan)] = new(HumanDuration.Example, scalar => HumanDuration.TryParse(scalar.Text, out var duration, out var problem) ? (duration, null) : (null, problem)),
        [typeof(ByteSize)] = new(ByteSize.Example, scalar => ByteSize.TryParse(scalar.Text, out var size, out var problem) ? (size, null) : (null, problem)),
        [typeof(Priority)] = new(PriorityName.Allowed, scalar => PriorityName.TryParse(scalar.Text, out var priority) ? (priority, null) : (null, $"'{scalar.Text}' is no priority; write {PriorityName.Allowed}")),
    }.ToFrozenDictionary();

    /// <summary>One of a few words: the values of an enumeration in lower case.</summary>
    /// <remarks>Not generic: fourteen types of values would have a dictionary compiled for each, at every start.</remarks>
    private static ScalarReader Word(Type type, string kind)
    {
        var words = Enum.GetNames(type).ToDictionary(JsonNamingPolicy.SnakeCaseLower.ConvertName, name => Enum.Parse(type, name));
        string[] names = [.. words.Keys];
        var allowed = $"{string.Join(", ", names[..^1])} or {names[^1]}";
        return new ScalarReader(allowed, scalar => words.TryGetValue(scalar.Text, out var value) ? (value, null) : (null, $"'{scalar.Text}' is no {kind} of this version; write {allowed}"));
    }

    private static (object? Value, string? Problem) ReadDecimal(ConfigNode.Scalar scalar) =>
        double.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? scalar.Quoted ? (null, $"expected a number, found the text \"{scalar.Text}\"; remove the quotes") : (number, null)
            : (null, $"expected a number, found '{scalar.Text}'");

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
