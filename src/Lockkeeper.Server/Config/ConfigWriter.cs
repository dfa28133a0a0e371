using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Config;

/// <summary>
/// Writes a configuration as the file that means it: only what differs from the defaults, with comments. Like the binder it knows no key, so what it writes is what the binder reads.
/// </summary>
internal sealed class ConfigWriter
{
    /// <summary>A section or list is written on one line up to this length.</summary>
    private const int Wide = 110;

    private static readonly string ManyDecimals = "0." + new string('#', 330);

    private readonly StringBuilder _text = new();
    private readonly IReadOnlyDictionary<ConfigKey, string> _comments;

    private ConfigWriter(IReadOnlyDictionary<ConfigKey, string> comments) => _comments = comments;

    /// <param name="config">What the file is to mean.</param>
    /// <param name="heading">Comment above all; lines end in a line feed.</param>
    /// <param name="comments">Comments above keys. Of keys that are not written, and of what is written on one line, they are left out.</param>
    /// <exception cref="ConfigUnwritableException">It holds text that no configuration may hold.</exception>
    public static string Write(LockkeeperConfig config, string heading = "", IReadOnlyDictionary<ConfigKey, string>? comments = null)
    {
        var writer = new ConfigWriter(comments ?? new Dictionary<ConfigKey, string>());
        writer.Comment(heading, 0);
        foreach (var (key, value) in Differing(config, new LockkeeperConfig()))
        {
            _ = writer._text.Length > 0 ? writer._text.Append('\n') : writer._text;
            writer.Entry(new ConfigKey(null, key.Key), value, key.Property.GetValue(new LockkeeperConfig()), 0);
        }

        return writer._text.ToString();
    }

    /// <summary>The keys of a section that have to be written, in the order of its record.</summary>
    private static IEnumerable<(ConfigProperty Key, object Value)> Differing(object section, object plain) =>
        from property in ConfigProperty.Of(section.GetType())
        let value = property.Property.GetValue(section)
        where value is not null && (property.Required || !Same(value, property.Property.GetValue(plain)))
        select (property, property.Property.IsDefined(typeof(WithVariablesAttribute), inherit: false) ? Literal(value) : value);

    /// <summary>Where variables are filled in, a dollar is written twice.</summary>
    private static object Literal(object value) => value switch
    {
        string text => text.Replace("$", "$$", StringComparison.Ordinal),
        IReadOnlyDictionary<string, string> map => new OrderedDictionary<string, string>(map.Select(entry => KeyValuePair.Create(entry.Key, (string)Literal(entry.Value)))),
        _ => value,
    };

    private static bool Same(object value, object? other) => (value, other) switch
    {
        (_, null) => false,
        (string or JsonFields, _) => value.Equals(other),
        (IDictionary map, IDictionary plain) => map.Count == 0 && plain.Count == 0,
        (IList list, IList plain) => list.Cast<object>().SequenceEqual(plain.Cast<object>()),
        _ when ConfigProperty.IsSection(value.GetType()) => !Differing(value, other).Any(),
        _ => value.Equals(other),
    };

    private void Entry(ConfigKey key, object value, object? plain, int indent)
    {
        if (_comments.TryGetValue(key, out var comment))
        {
            Comment(comment, indent);
        }

        _text.Append(' ', indent).Append(Name(key.Name)).Append(':');
        Value(key, value, plain, indent);
    }

    /// <summary>What stands behind the colon, line end included.</summary>
    private void Value(ConfigKey key, object value, object? plain, int indent)
    {
        if (InLine(key, value, plain) is { } line && (IsScalar(value) || (line.Length + indent < Wide && !IsTall(key, value))))
        {
            _text.Append(' ').Append(line).Append('\n');
            return;
        }

        _text.Append('\n');
        switch (value)
        {
            case JsonFields fields:
                foreach (var field in fields)
                {
                    Line(indent + 2, $"{Name(field.Key)}: {JsonInYaml.Of(field.Value)}");
                }

                break;
            case IDictionary map:
                foreach (DictionaryEntry entry in map)
                {
                    Entry(key / (string)entry.Key, entry.Value!, null, indent + 2);
                }

                break;
            case IList list:
                Items(key, list, indent);
                break;
            default:
                Section(key, value, plain, indent + 2);
                break;
        }
    }

    private void Items(ConfigKey key, IList list, int indent)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (InLine(key.Item(i), list[i]!, null) is { } line && (line.Length + indent < Wide || list[i] is string))
            {
                Line(indent + 2, $"- {line}");
                continue;
            }

            // The first key stands beside the dash; the others below it.
            var start = _text.Length;
            Section(key.Item(i), list[i]!, null, indent + 4);
            _text[start + indent + 2] = '-';
        }
    }

    private void Section(ConfigKey key, object section, object? plain, int indent)
    {
        var empty = plain ?? Activator.CreateInstance(section.GetType())!;
        foreach (var (property, value) in Differing(section, empty))
        {
            Entry(key / property.Key, value, property.Property.GetValue(empty), indent);
        }
    }

    /// <summary>A map of sections is read best with a section a line, and comments need lines of their own.</summary>
    private bool IsTall(ConfigKey key, object value) =>
        key.Parent is null || (value is IDictionary && ConfigProperty.IsSection(value.GetType().GetGenericArguments()[^1])) || _comments.Keys.Any(commented => commented.Parent == key);

    /// <summary>The value on one line; null for what has too many levels for it.</summary>
    private static string? InLine(ConfigKey key, object value, object? plain) => value switch
    {
        string text => Text(key, text),
        JsonFields fields => Braces(fields.Select(field => $"{Name(field.Key)}: {JsonInYaml.Of(field.Value)}")),
        IReadOnlyDictionary<string, string> map => Braces(map.Select(entry => $"{Name(entry.Key)}: {Text(key, entry.Value)}")),
        IDictionary => null,
        IList list => list.Cast<object>().All(IsScalar) ? $"[{string.Join(", ", list.Cast<object>().Select(item => InLine(key, item, null)))}]" : null,
        _ when ConfigProperty.IsSection(value.GetType()) => Flow(key, value, plain ?? Activator.CreateInstance(value.GetType())!),
        _ => Word(value),
    };

    private static string? Flow(ConfigKey key, object section, object plain)
    {
        List<string> entries = [];
        foreach (var (property, value) in Differing(section, plain))
        {
            if (InLine(key / property.Key, value, property.Property.GetValue(plain)) is not { } line)
            {
                return null;
            }

            entries.Add($"{property.Key}: {line}");
        }

        return Braces(entries);
    }

    private static bool IsScalar(object value) => value is string || (value is not (IDictionary or IList or JsonFields) && !ConfigProperty.IsSection(value.GetType()));

    private static string Braces(IEnumerable<string> entries) => string.Join(", ", entries) is { Length: > 0 } inside ? $"{{ {inside} }}" : "{}";

    /// <summary>A value that is no text, as its reader wants it.</summary>
    private static string Word(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        double number => number.ToString(ManyDecimals, CultureInfo.InvariantCulture),
        TimeSpan duration => HumanDuration.Format(duration),
        Priority priority => PriorityName.Of(priority),
        Enum word => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()),
        KeySource { Place: KeyPlace.Hash } hash => YamlScalar.Of($"sha256:{hash.Value}"),
        KeySource or SecretSource => YamlScalar.Of(value.ToString()!),
        IFormattable number and not ValueType => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Text(ConfigKey key, string text) => YamlScalar.Refuse(text) is { } refusal ? throw new ConfigUnwritableException($"{key} {refusal}") : YamlScalar.Of(text);

    private static string Name(string name) => YamlScalar.Refuse(name, isKey: true) is { } refusal ? throw new ConfigUnwritableException($"the name {YamlScalar.Of(name)} {refusal}") : YamlScalar.Of(name);

    private void Comment(string comment, int indent)
    {
        foreach (var line in comment.Split(['\n', '\r', '\u0085', '\u2028', '\u2029'], StringSplitOptions.RemoveEmptyEntries))
        {
            var harmless = string.Concat(line.EnumerateRunes().Where(rune => !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format).Select(rune => rune.ToString()));
            Line(indent, $"# {harmless}".TrimEnd());
        }
    }

    private void Line(int indent, string line) => _text.Append(' ', indent).Append(line).Append('\n');
}

/// <summary>A configuration that no file can mean.</summary>
internal sealed class ConfigUnwritableException(string message) : Exception(message);
