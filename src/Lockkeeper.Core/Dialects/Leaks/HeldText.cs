namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Text that cannot be told yet: it grows at its end and is taken from its front, each at a cost of what comes and goes.</summary>
internal sealed class HeldText
{
    private char[] _chars = [];
    private int _from;
    private int _to;

    public bool IsEmpty => _from == _to;

    public ReadOnlySpan<char> Span => _chars.AsSpan(_from.._to);

    public void Append(ReadOnlySpan<char> text)
    {
        var held = Span;
        if (_to + text.Length > _chars.Length)
        {
            // What is held moves to the front only where that is little beside what has gone, so that no character moves often.
            var target = 2 * (held.Length + text.Length) <= _chars.Length ? _chars : new char[Math.Max(64, 2 * (held.Length + text.Length))];
            held.CopyTo(target);
            (_chars, _from, _to) = (target, 0, held.Length);
        }

        text.CopyTo(_chars.AsSpan(_to));
        _to += text.Length;
    }

    /// <summary>Takes away the first characters.</summary>
    public void Drop(int count)
    {
        _from += count;
        if (IsEmpty)
        {
            _from = _to = 0;
        }
    }
}
