using System.Globalization;
using System.Text;

namespace Lockkeeper.LlamaCpp.Grammars;

/// <summary>The rules of a grammar in llama.cpp's notation, as they are made.</summary>
internal sealed class GbnfRules
{
    /// <summary>More than any schema that people write needs; llama.cpp's parser recurses, and its grammars are walked for each token.</summary>
    private const int MostRules = 4_000;
    private const int MostCharacters = 512 * 1024;

    private readonly List<string> _rules = [];
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private int _characters;

    /// <summary>The rule of this body, made if there is none yet.</summary>
    /// <returns>Its name.</returns>
    public string Add(string body, string place)
    {
        if (_names.TryGetValue(body, out var known))
        {
            return known;
        }

        var name = Reserve(place);
        Define(name, body, place);
        _names[body] = name;
        return name;
    }

    /// <summary>A name whose rule comes later, so that the rule can refer to itself.</summary>
    public string Reserve(string place)
    {
        if (_rules.Count >= MostRules)
        {
            throw new SchemaException(place, $"makes the schema too large: its grammar would have more than {MostRules} rules.");
        }

        _rules.Add("");
        return string.Create(CultureInfo.InvariantCulture, $"r{_rules.Count - 1}");
    }

    public void Define(string name, string body, string place)
    {
        _characters += body.Length;
        if (_characters > MostCharacters)
        {
            throw new SchemaException(place, $"makes the schema too large: its grammar would have more than {MostCharacters} characters.");
        }

        _rules[int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture)] = body;
    }

    /// <summary>The whole grammar.</summary>
    public string Build(string root)
    {
        var grammar = new StringBuilder("root ::= ").Append(root).Append('\n');
        foreach (var (index, body) in _rules.Index())
        {
            grammar.Append(CultureInfo.InvariantCulture, $"r{index} ::= {body}\n");
        }

        return grammar.ToString();
    }

    /// <summary>A text that stands for itself.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => literal.Append('\\').Append(character),
                < ' ' or '\u007F' => literal.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:X2}"),
                _ => literal.Append(character),
            };
        }

        return literal.Append('"').ToString();
    }

    /// <summary>A character of a class, as in <c>[^…]</c>.</summary>
    public static string InClass(Rune character) => character.Value is '[' or ']' or '\\' or '-' or '^' or '"' or < ' ' or 0x7F
        ? string.Create(CultureInfo.InvariantCulture, $"\\x{character.Value:X2}")
        : character.ToString();
}
