using System.Collections;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Config;

/// <summary>
/// Makes the records of <c>Core/Config</c> from nodes. It knows no key: the records' properties are the keys, so a new key is a new property and nothing else.
/// What cannot be read is reported and keeps its default, so that everything after it is still checked.
/// </summary>
internal sealed class ConfigBinder(ConfigFindings findings)
{
    /// <summary>A section with no more keys than this lists them all when one is unknown.</summary>
    private const int FewKeys = 12;

    /// <returns>Null when the file as a whole is something else; the reason is then reported.</returns>
    public T? Bind<T>(ConfigNode? root)
        where T : class
    {
        switch (root)
        {
            case null:
                return Activator.CreateInstance<T>();
            case ConfigNode.Mapping mapping:
                return (T)BindSection(Empty(typeof(T)), mapping, null);
            default:
                findings.RefuseFile(root.Line, $"is {Describe(root)}; a configuration is made of 'key: value' lines");
                return null;
        }
    }

    /// <param name="section">As it is without the file: what the file leaves out stays.</param>
    private object BindSection(object section, ConfigNode.Mapping mapping, ConfigKey? at)
    {
        var properties = ConfigProperty.Of(section.GetType());
        var entries = Distinct(mapping, at);
        foreach (var entry in entries)
        {
            var key = new ConfigKey(at, entry.Key);
            findings.Positions.Mark(key, entry.Line, entry.File);
            if (properties.FirstOrDefault(property => property.Key == entry.Key) is not { } property)
            {
                RefuseUnknown(key, [.. properties.Select(property => property.Key)], [.. entries.Select(other => other.Key)]);
            }
            else if (BindValue(property.Type, entry.Value, key, property.Property.GetValue(section)) is { } value)
            {
                property.Property.SetValue(section, value);
            }
        }

        foreach (var missing in properties.Where(property => property.Required && !entries.Exists(entry => entry.Key == property.Key)))
        {
            var key = new ConfigKey(at, missing.Key);
            findings.Add(key, "is missing; this key must be given");
            findings.Positions.Doubt(key);
        }

        return section;
    }

    /// <summary>The value, or null when there is none to be had; the reason is then reported.</summary>
    /// <param name="unless">What it is when the file does not say; a section is filled in place.</param>
    private object? BindValue(Type type, ConfigNode node, ConfigKey key, object? unless = null)
    {
        var nothing = node is ConfigNode.Scalar { IsNothing: true };
        if (ScalarReader.Of.GetValueOrDefault(type) is { } reader)
        {
            return BindScalar(reader, node, key, nothing);
        }

        if (type == typeof(JsonFields))
        {
            return nothing ? JsonFields.None
                : node is ConfigNode.Mapping fields ? new JsonFields(Distinct(fields, key).Select(field => KeyValuePair.Create(field.Key, YamlAsJson.Of(field.Value))))
                : Refuse(key, $"expected a section of JSON members, found {Describe(node)}");
        }

        if (ConfigProperty.ItemOf(type) is { } item)
        {
            return node is ConfigNode.Sequence list ? BindList(item, list, key)
                : nothing ? Array.CreateInstance(item, 0)
                : Refuse(key, $"expected a list, found {Describe(node)}{Listed(node)}");
        }

        var mapping = node as ConfigNode.Mapping ?? (nothing ? new ConfigNode.Mapping(node.Line, 1, []) : null);
        if (ConfigProperty.EntryOf(type) is { } entry)
        {
            return mapping is null ? Refuse(key, $"expected a section, 'name: value' lines, found {Describe(node)}") : BindMap(entry, mapping, key);
        }

        if (mapping is null && node is ConfigNode.Scalar && ConfigProperty.IsOneForAll(type))
        {
            return BindOneForAll(type, node, key);
        }

        return mapping is null
            ? Refuse(key, $"expected a section{WithKeys(ConfigProperty.Of(type))}, found {Describe(node)}")
            : BindSection(unless ?? Empty(type), mapping, key);
    }

    /// <summary>One value for every key of the section. Its bounds are checked here: said once for each key they would be noise.</summary>
    private object? BindOneForAll(Type type, ConfigNode node, ConfigKey key)
    {
        var section = Empty(type);
        var properties = ConfigProperty.Of(type);
        if (BindScalar(ScalarReader.Of[properties[0].Type], node, key, nothing: false) is not { } value)
        {
            return null;
        }

        if (properties[0].Bounds?.Refuse(value) is { } refusal)
        {
            return Refuse(key, refusal);
        }

        foreach (var property in properties)
        {
            property.Property.SetValue(section, value);
        }

        return section;
    }

    private object? BindScalar(ScalarReader reader, ConfigNode node, ConfigKey key, bool nothing)
    {
        if (nothing)
        {
            return Refuse(key, $"has no value; expected {reader.Expected}; remove the key to leave it out");
        }

        if (node is not ConfigNode.Scalar scalar)
        {
            return Refuse(key, $"expected {reader.Expected}, found {Describe(node)}{Unquoted(node)}");
        }

        var (value, problem) = reader.Read(scalar);
        return problem is null ? value : Refuse(key, problem);
    }

    private Array BindList(Type item, ConfigNode.Sequence list, ConfigKey key)
    {
        var items = Array.CreateInstance(item, list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            findings.Positions.Mark(key.Item(i), list.Items[i].Line);
            items.SetValue(BindValue(item, list.Items[i], key.Item(i)) ?? Empty(item), i);
        }

        return items;
    }

    private IDictionary BindMap(Type value, ConfigNode.Mapping mapping, ConfigKey key)
    {
        // Ordered, because the order of the file is the order in which models are listed.
        var map = (IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), value))!;
        foreach (var entry in Distinct(mapping, key))
        {
            findings.Positions.Mark(key / entry.Key, entry.Line, entry.File);
            map.Add(entry.Key, BindValue(value, entry.Value, key / entry.Key) ?? Empty(value));
        }

        return map;
    }

    /// <summary>The entries with the later of two equal keys left out, and reported.</summary>
    private List<ConfigEntry> Distinct(ConfigNode.Mapping mapping, ConfigKey? at)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        List<ConfigEntry> entries = [];
        foreach (var entry in mapping.Entries)
        {
            if (first.TryAdd(entry.Key, entry.Line))
            {
                entries.Add(entry);
            }
            else
            {
                findings.AddIn(entry.File, new ConfigKey(at, entry.Key), entry.Line, $"is given twice, first on line {first[entry.Key]}; remove one of them");
            }
        }

        return entries;
    }

    private void RefuseUnknown(ConfigKey key, string[] known, string[] given)
    {
        var message = "is an unknown key";
        if (Spelling.Nearest(key.Name, known.Except(given)) is { } near)
        {
            // It stands for the near key, so that one is not missing as well.
            findings.Positions.Doubt(new ConfigKey(key.Parent, near));
            message += $"; did you mean '{near}'?";
        }

        findings.Refuse(key, known.Length <= FewKeys ? $"{message}{(message.EndsWith('?') ? "" : ";")} Known here: {Names(known)}" : message);
    }

    private object? Refuse(ConfigKey key, string message)
    {
        findings.Refuse(key, message);
        return null;
    }

    /// <summary>Stands in for what could not be read, so that lists keep their indices and names that others refer to stay known.</summary>
    private static object Empty(Type type)
    {
        if (type == typeof(string))
        {
            return "";
        }

        var empty = Activator.CreateInstance(type)!;
        foreach (var required in ConfigProperty.Of(type).Where(property => property.Required && !property.Type.IsValueType))
        {
            required.Property.SetValue(empty, Empty(required.Type));
        }

        return empty;
    }

    private static string WithKeys(IReadOnlyCollection<ConfigProperty> properties) =>
        properties.Count <= FewKeys ? $" with the keys {Names(properties.Select(property => property.Key))}" : ", 'key: value' lines";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);

    private static string Describe(ConfigNode node) => node switch
    {
        ConfigNode.Sequence => "a list",
        ConfigNode.Mapping => "a section",
        ConfigNode.Scalar { Quoted: true } text => $"the text \"{text.Text}\"",
        ConfigNode.Scalar scalar => $"'{scalar.Text}'",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Listed(ConfigNode node) => node is not ConfigNode.Scalar scalar ? ""
        : scalar.Text.Contains(' ', StringComparison.Ordinal) ? "; write it as a list of separate items"
        : $"; write [{scalar.Text}]";

    /// <summary>A bare {path} is a section to YAML. Everyone writes it once.</summary>
    private static string Unquoted(ConfigNode node) =>
        node is ConfigNode.Mapping { Entries: [{ Value: ConfigNode.Scalar { IsNothing: true } } only] } ? $"; a placeholder must be in quotes: \"{{{only.Key}}}\"" : "";
}
