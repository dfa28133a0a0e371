using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>The fields of one JSON object of a trace, read strictly: what is not known here, written twice or of the wrong kind is an error. A null is as good as nothing.</summary>
internal sealed class TraceFields
{
    /// <summary>Longer is a mistake of units, and would overflow somewhere.</summary>
    private const decimal MostSeconds = 1_000_000_000;

    private readonly Dictionary<string, JsonElement> _values = [];
    private readonly string _path;

    /// <param name="path">What to put before the name of a field in an error.</param>
    public TraceFields(JsonElement line, string[] known, string path)
    {
        _path = path;
        if (line.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{(path.Length == 0 ? "it" : path.TrimEnd('.'))} is no JSON object");
        }

        foreach (var field in line.EnumerateObject())
        {
            if (!known.Contains(field.Name))
            {
                var near = Spelling.Nearest(field.Name, known);
                throw new FormatException($"{path}{field.Name}: is an unknown key{(near is null ? "; known here" : $"; did you mean '{near}'? Known here")}: {string.Join(", ", known)}");
            }

            if (!_values.TryAdd(field.Name, field.Value))
            {
                throw new FormatException($"{path}{field.Name}: is there twice");
            }
        }
    }

    public FormatException Missing(string name) => new($"{_path}{name}: is missing");

    public string? Text(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } value => value,
        { ValueKind: JsonValueKind.String } when name == "key" => "",
        { } other => throw Wrong(name, other, "a text"),
    };

    public bool Flag(string name) => Value(name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        { } other => throw Wrong(name, other, "true or false"),
    };

    public TimeSpan? Seconds(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out var seconds) && seconds is >= 0 and <= MostSeconds => TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)),
        { } other => throw Wrong(name, other, "a number of seconds, 0 or more"),
    };

    public double? Speed(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var speed) && speed is > 0 and <= 1e12 => speed,
        { } other => throw Wrong(name, other, "a number above 0"),
    };

    public long? Whole(string name, long least, long most) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var count) && count >= least && count <= most => count,
        { } other => throw Wrong(name, other, string.Create(CultureInfo.InvariantCulture, $"a whole number of {least} or more")),
    };

    public long? Bytes(string name)
    {
        if (Value(name) is not { ValueKind: JsonValueKind.String } text)
        {
            return Whole(name, least: 1, most: long.MaxValue);
        }

        return ByteSize.TryParse(text.GetString()!, out var size, out var problem)
            ? size.Bytes > 0 ? size.Bytes : throw Wrong(name, text, "a size above 0")
            : throw new FormatException($"{_path}{name}: {problem}");
    }

    public Priority Priority(string name)
    {
        var value = Value(name);
        var text = value switch { null => "medium", { ValueKind: JsonValueKind.String } word => word.GetString()!, { } other => other.GetRawText() };
        return PriorityName.TryParse(text, out var priority) ? priority : throw Wrong(name, value!.Value, PriorityName.Allowed);
    }

    private JsonElement? Value(string name) => _values.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private FormatException Wrong(string name, JsonElement value, string wanted) => new($"{_path}{name}: {value.GetRawText()} is not {wanted}");
}
