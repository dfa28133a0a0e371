using System.Text;

namespace Lockkeeper.Core.Wire;

/// <summary>Reads <c>; name="value"; other=value</c> behind the first word of a header. Forgives what clients write: values without quotes, white space, a semicolon too many.</summary>
internal ref struct HeaderParameters(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>A parameter without a value has an empty one.</summary>
    public bool TryNext(out string name, out string value)
    {
        _rest = _rest.TrimStart(" \t;");
        if (_rest.IsEmpty)
        {
            (name, value) = ("", "");
            return false;
        }

        var end = _rest.IndexOfAny('=', ';');
        var length = end < 0 ? _rest.Length : end;
        name = _rest[..length].Trim(" \t").ToString();
        var hasValue = end >= 0 && _rest[end] == '=';
        _rest = _rest[length..];
        value = hasValue ? Value() : "";
        return true;
    }

    private string Value()
    {
        _rest = _rest[1..].TrimStart(" \t");
        if (_rest is not ['"', ..])
        {
            var end = _rest.IndexOf(';');
            var plain = end < 0 ? _rest : _rest[..end];
            _rest = _rest[plain.Length..];
            return plain.Trim(" \t").ToString();
        }

        var value = new StringBuilder();
        var at = 1;
        for (; at < _rest.Length && _rest[at] != '"'; at++)
        {
            at += _rest[at] == '\\' && at + 1 < _rest.Length && _rest[at + 1] is '"' or '\\' ? 1 : 0; // another backslash is one of a path
            value.Append(_rest[at]);
        }

        _rest = _rest[Math.Min(at + 1, _rest.Length)..];
        return value.ToString();
    }
}
