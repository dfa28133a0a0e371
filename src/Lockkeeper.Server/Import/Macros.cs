using System.Text.RegularExpressions;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Import;

/// <summary>The <c>${names}</c> of llama-swap, written out. A value that is one macro and nothing else keeps the macro's type.</summary>
/// <param name="variable">Reads an environment variable.</param>
internal sealed partial class Macros(Func<string, string?> variable)
{
    /// <summary>Known only where a model is started, or stopped.</summary>
    private static readonly string[] LateNames = ["PORT", "MODEL_ID", "PID"];

    private readonly Dictionary<string, ConfigNode.Scalar> _values = new(StringComparer.Ordinal);
    private readonly Func<string, string?> _variable = variable;

    private Macros(Macros outer)
        : this(outer._variable) => _values = new Dictionary<string, ConfigNode.Scalar>(outer._values, StringComparer.Ordinal);

    /// <summary>A scope inside this one, in which these names count first. Each may use those before it.</summary>
    public Macros With(ConfigNode? declared)
    {
        var inner = new Macros(this);
        foreach (var entry in declared is ConfigNode.Mapping mapping ? mapping.Entries : [])
        {
            inner._values[entry.Key] = inner.Expand(entry.Value) as ConfigNode.Scalar ?? throw new ImportRefusedException($"the macro '{entry.Key}' is no single value");
        }

        return inner;
    }

    /// <summary>A scope in which a name stands for a text.</summary>
    public Macros With(string name, string text)
    {
        var inner = new Macros(this);
        inner._values[name] = new ConfigNode.Scalar(1, text, Quoted: true);
        return inner;
    }

    /// <exception cref="ImportRefusedException">A macro is used that is not there.</exception>
    public ConfigNode Expand(ConfigNode node) => node switch
    {
        ConfigNode.Mapping mapping => mapping with { Entries = [.. mapping.Entries.Select(entry => entry with { Value = Expand(entry.Value) })] },
        ConfigNode.Sequence list => list with { Items = [.. list.Items.Select(Expand)] },
        ConfigNode.Scalar scalar => Expand(scalar),
        _ => node,
    };

    private ConfigNode.Scalar Expand(ConfigNode.Scalar scalar)
    {
        if (Macro().Match(scalar.Text) is { Success: true } only && only.Length == scalar.Text.Length && _values.TryGetValue(only.Groups["name"].Value, out var value))
        {
            return value with { Text = Late(value.Text) };
        }

        return scalar with { Text = Macro().Replace(scalar.Text, found => ValueOf(found.Groups["name"].Value)) };
    }

    /// <summary>What a macro took from a scope in which nothing stood for it yet.</summary>
    private string Late(string text) => LateNames.Aggregate(text, (late, name) => _values.TryGetValue(name, out var value) ? late.Replace($"${{{name}}}", value.Text, StringComparison.Ordinal) : late);

    private string ValueOf(string name) =>
        _values.TryGetValue(name, out var value) ? Late(value.Text)
        : name.StartsWith("env.", StringComparison.Ordinal) ? _variable(name["env.".Length..]) ?? throw new ImportRefusedException($"the environment variable {name["env.".Length..]}, which ${{{name}}} names, is not set")
        : LateNames.Contains(name) ? $"${{{name}}}"
        : throw new ImportRefusedException($"the macro ${{{name}}} is used and not declared");

    [GeneratedRegex(@"\$\{(?<name>[a-zA-Z0-9_.-]{1,80})\}", RegexOptions.None, 10_000)]
    private static partial Regex Macro();
}
