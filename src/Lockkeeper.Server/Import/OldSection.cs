using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Import;

/// <summary>
/// A section of another program's configuration. It remembers which of its keys were asked for, so that every other one is reported: nothing is dropped in silence.
/// </summary>
internal sealed class OldSection
{
    private readonly Dictionary<string, ConfigNode> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OldSection> _inside = new(StringComparer.Ordinal);
    private readonly List<NotCarried> _lost;

    public OldSection(ConfigNode.Mapping mapping, string place, List<NotCarried> lost)
    {
        Place = place;
        _lost = lost;
        foreach (var entry in mapping.Entries)
        {
            if (!_values.TryAdd(entry.Key, entry.Value))
            {
                Lose(entry.Key, "is there twice; the first was taken");
            }
        }
    }

    /// <summary>Where it stands; empty at the top.</summary>
    public string Place { get; }

    public IEnumerable<string> Keys => _values.Keys;

    public bool Has(string key) => _values.GetValueOrDefault(key) is { } value and not ConfigNode.Scalar { IsNothing: true };

    /// <summary>Reports that a key has no equivalent.</summary>
    public void Lose(string key, string why)
    {
        _asked.Add(key);
        _lost.Add(new NotCarried(PlaceOf(key), why));
    }

    /// <summary>Reports each of the keys that is there.</summary>
    public void LoseEach(string why, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _asked.Add(key);
            if (Has(key))
            {
                Lose(key, why);
            }
        }
    }

    /// <summary>Reports what nobody has asked for, here and further inside.</summary>
    public void LoseTheRest()
    {
        foreach (var key in _values.Keys.Where(key => !_asked.Contains(key)))
        {
            _lost.Add(new NotCarried(PlaceOf(key), "is not known to the importer"));
        }

        foreach (var section in _inside.Values)
        {
            section.LoseTheRest();
        }
    }

    public ConfigNode? Node(string key)
    {
        _asked.Add(key);
        return Has(key) ? _values[key] : null;
    }

    public string? Text(string key) => Scalar(key, "text", scalar => scalar.Text);

    public int? Whole(string key, int least = int.MinValue, int most = int.MaxValue) => Scalar(key, $"a whole number{Range(least, most)}", scalar =>
        int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : (int?)null);

    public double? Number(string key, double least, double most) => Scalar(key, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"), scalar => NumberIn(scalar.Text, least, most));

    /// <summary>A number of seconds.</summary>
    public TimeSpan? Seconds(string key, double least = 0.01, double most = 86_400) => Number(key, least, most) is { } seconds ? TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)) : null;

    public bool? Truth(string key) => Scalar(key, "true or false", scalar => scalar.Text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => (bool?)null,
    });

    /// <summary>A list of texts; one text stands for a list of itself.</summary>
    public IReadOnlyList<string> Texts(string key) => Node(key) switch
    {
        null => [],
        ConfigNode.Scalar scalar => [scalar.Text],
        ConfigNode.Sequence list when list.Items.All(item => item is ConfigNode.Scalar) => [.. list.Items.Select(item => ((ConfigNode.Scalar)item).Text)],
        _ => Wrong<IReadOnlyList<string>>(key, "a list of texts") ?? [],
    };

    /// <summary>A list of words separated by commas, or a list.</summary>
    public IReadOnlyList<string> Words(string key) => [.. Texts(key).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    public OldSection? Section(string key) => Node(key) switch
    {
        null => null,
        ConfigNode.Mapping mapping => Inside(mapping, PlaceOf(key)),
        _ => Wrong<OldSection>(key, "a section"),
    };

    /// <summary>The sections in a section, by name.</summary>
    public IReadOnlyList<(string Name, OldSection Section)> Sections(string key) => Section(key) is { } map ? [.. map.Keys.ToList().Select(name => (name, map.Section(name))).Where(named => named.Item2 is not null)!] : [];

    /// <summary>The sections in a list.</summary>
    public IReadOnlyList<OldSection> Items(string key)
    {
        if (Node(key) is not { } node)
        {
            return [];
        }

        List<OldSection> items = [];
        for (var i = 0; node is ConfigNode.Sequence list && i < list.Items.Count; i++)
        {
            if (list.Items[i] is ConfigNode.Mapping item)
            {
                items.Add(Inside(item, $"{PlaceOf(key)}[{i}]"));
            }
            else
            {
                _lost.Add(new NotCarried($"{PlaceOf(key)}[{i}]", "is no section"));
            }
        }

        return node is ConfigNode.Sequence ? items : Wrong<IReadOnlyList<OldSection>>(key, "a list") ?? [];
    }

    /// <summary>A section as members of a JSON object.</summary>
    public JsonFields Json(string key) => Node(key) switch
    {
        null => JsonFields.None,
        ConfigNode.Mapping mapping => new JsonFields(mapping.Entries.DistinctBy(entry => entry.Key).Select(entry => KeyValuePair.Create(entry.Key, YamlAsJson.Of(entry.Value)))),
        _ => Wrong<JsonFields>(key, "a section") ?? JsonFields.None,
    };

    public string PlaceOf(string key) => Place.Length == 0 ? key : $"{Place}.{key}";

    private static double? NumberIn(string text, double least, double most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    private static string Range(int least, int most) => (least, most) switch
    {
        (int.MinValue, int.MaxValue) => "",
        (_, int.MaxValue) => string.Create(CultureInfo.InvariantCulture, $", at least {least}"),
        _ => string.Create(CultureInfo.InvariantCulture, $" from {least} to {most}"),
    };

    private T? Scalar<T>(string key, string expected, Func<ConfigNode.Scalar, T?> read) => Node(key) switch
    {
        null => default,
        ConfigNode.Scalar scalar when read(scalar) is { } value => value,
        _ => Wrong<T>(key, expected),
    };

    private T? Wrong<T>(string key, string expected)
    {
        _lost.Add(new NotCarried(PlaceOf(key), $"is not {expected}"));
        return default;
    }

    private OldSection Inside(ConfigNode.Mapping mapping, string place)
    {
        // One for each place: what was asked for is remembered in it.
        if (!_inside.TryGetValue(place, out var section))
        {
            _inside[place] = section = new OldSection(mapping, place, _lost);
        }

        return section;
    }
}
