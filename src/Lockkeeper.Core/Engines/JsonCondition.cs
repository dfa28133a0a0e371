using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Lockkeeper.Core.Engines;

/// <summary>What a JSON answer must say: <c>status == ok</c>, <c>model.state != loading</c>, <c>instances[0] != null</c>. A member that is not there is <c>null</c>.</summary>
internal sealed class JsonCondition
{
    private readonly string _text;
    private readonly string _path;
    private readonly string _value;
    private readonly bool _equal;

    private JsonCondition(string text, string path, string value, bool equal) => (_text, _path, _value, _equal) = (text, path, value, equal);

    /// <returns>False when the text is none; <paramref name="problem"/> then says what would be.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonCondition? condition, [NotNullWhen(false)] out string? problem)
    {
        condition = null;
        var at = text.AsSpan().IndexOfAny("=!");
        if (at < 0 || at + 1 >= text.Length || text[at + 1] != '=')
        {
            problem = $"'{text}' compares nothing; write a member, == or != and a value, as in status == ok";
            return false;
        }

        var path = text[..at].Trim();
        problem = JsonMember.Refuse(path);
        if (problem is not null)
        {
            return false;
        }

        var value = text[(at + 2)..].Trim();
        if (value.Length == 0)
        {
            problem = $"'{text}' compares with nothing; write a word, a number, true, false or null behind the {(text[at] == '=' ? "==" : "!=")}";
            return false;
        }

        condition = new JsonCondition(text.Trim(), path, Unquoted(value), text[at] == '=');
        return true;
    }

    /// <summary>Whether the answer says so.</summary>
    public bool Holds(JsonElement root) => Equal(JsonMember.Find(root, _path)) == _equal;

    /// <summary>What the member is, in words, for the evidence of an answer that does not say so.</summary>
    public string Found(JsonElement root) => JsonMember.Find(root, _path) is { } member ? $"{_path} is {Short(member.GetRawText())}" : $"there is no {_path}";

    public override string ToString() => _text;

    private bool Equal(JsonElement? member) => member is not { } there
        ? _value == "null"
        : there.ValueKind switch
        {
            JsonValueKind.String => there.ValueEquals(_value),
            JsonValueKind.True => _value == "true",
            JsonValueKind.False => _value == "false",
            JsonValueKind.Number => double.TryParse(_value, NumberStyles.Float, CultureInfo.InvariantCulture, out var wanted) && there.TryGetDouble(out var number) && number.Equals(wanted),
            _ => false,
        };

    private static string Unquoted(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;

    private static string Short(string json) => json.Length <= 80 ? json : $"{json.AsSpan(0, 80)}…";
}
