using System.Collections;
using System.Reflection;
using System.Text;

namespace Lockkeeper.Core.Config;

/// <summary>Puts environment variables into the texts that may name them: <c>$NAME</c>, <c>${NAME}</c>, and <c>$$</c> for a dollar.</summary>
/// <param name="variable">Reads one; null for one that is not set.</param>
internal sealed class Variables(Func<string, string?> variable)
{
    /// <summary>Expands every such text of the section, in place, and reports what cannot be.</summary>
    public void ExpandAll(object section, ConfigKey? at, ConfigFindings findings)
    {
        foreach (var property in ConfigProperty.Of(section.GetType()))
        {
            var key = new ConfigKey(at, property.Key);
            var takes = property.Property.IsDefined(typeof(WithVariablesAttribute));
            switch (property.Property.GetValue(section))
            {
                case string text when takes && Expanded(text, key, findings) is { } expanded && expanded != text:
                    property.Property.SetValue(section, expanded);
                    break;
                case string or JsonFields or null:
                    break;
                case IDictionary map:
                    ExpandEntries(map, takes, key, findings);
                    break;
                case IList list when ConfigProperty.ItemOf(property.Type) is { } item && ConfigProperty.IsSection(item):
                    for (var i = 0; i < list.Count; i++)
                    {
                        ExpandAll(list[i]!, key.Item(i), findings);
                    }

                    break;
                case { } inner when ConfigProperty.IsSection(property.Type):
                    ExpandAll(inner, key, findings);
                    break;
            }
        }
    }

    /// <summary>The text with its variables filled in.</summary>
    /// <returns>False when one is not set, or is not written as one; <paramref name="result"/> then says so.</returns>
    public bool TryExpand(string text, out string result)
    {
        var expanded = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '$' || at + 1 == text.Length)
            {
                expanded.Append(text[at++]);
                continue;
            }

            var rest = text.AsSpan(at + 1);
            if (rest[0] == '$')
            {
                expanded.Append('$');
                at += 2;
                continue;
            }

            var (name, length) = rest[0] == '{' ? Braced(rest) : Bare(rest);
            if (name is null)
            {
                result = "holds a '${' that is no variable; write ${NAME}, or $$ for a dollar";
                return false;
            }

            var value = name.Length == 0 ? "$" : variable(name);
            if (value is null)
            {
                result = $"there is no environment variable '{name}' where Lockkeeper runs; write $$ for a dollar";
                return false;
            }

            expanded.Append(value);
            at += 1 + length;
        }

        result = expanded.ToString();
        return true;
    }

    private void ExpandEntries(IDictionary map, bool takes, ConfigKey key, ConfigFindings findings)
    {
        foreach (var name in map.Keys.Cast<string>().ToList())
        {
            if (map[name] is string text)
            {
                map[name] = takes ? Expanded(text, key / name, findings) ?? text : text;
            }
            else if (map[name] is { } entry && ConfigProperty.IsSection(entry.GetType()))
            {
                ExpandAll(entry, key / name, findings);
            }
        }
    }

    private string? Expanded(string text, ConfigKey key, ConfigFindings findings)
    {
        if (TryExpand(text, out var result))
        {
            return result;
        }

        findings.Refuse(key, result);
        return null;
    }

    private static (string? Name, int Length) Braced(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('}');
        var name = end < 0 ? default : rest[1..end];
        return IsName(name) ? (name.ToString(), end + 1) : (null, 0);
    }

    /// <summary>Empty where none begins: a dollar before anything else is only a dollar.</summary>
    private static (string Name, int Length) Bare(ReadOnlySpan<char> rest)
    {
        var end = 0;
        while (end < rest.Length && (rest[end] == '_' || char.IsAsciiLetter(rest[end]) || (end > 0 && char.IsAsciiDigit(rest[end]))))
        {
            end++;
        }

        return (rest[..end].ToString(), end);
    }

    private static bool IsName(ReadOnlySpan<char> text) => text.Length > 0 && Bare(text).Length == text.Length;
}
