using System.Buffers;

namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Finds the end of a JSON object or array in a text that grows. Whether it is well-formed is for a parser to say; this only sees early that it cannot be.</summary>
internal struct JsonExtent
{
    private const int Deepest = 64;

    private static readonly SearchValues<char> BetweenStrings = SearchValues.Create("0123456789+-.eE,: \t\r\ntrufalsn");

    private int _depth;
    private bool _inString;
    private bool _escaped;

    public enum State
    {
        Unfinished,
        Whole,
        Broken,
    }

    /// <summary>Reads on.</summary>
    /// <param name="text">The text, from where it was last time and longer.</param>
    /// <param name="at">Where to go on; left behind the end of the value, at what breaks it, or at the end of the text.</param>
    public State Read(ReadOnlySpan<char> text, ref int at)
    {
        while (at < text.Length)
        {
            var stop = _escaped ? 0 : _inString ? text[at..].IndexOfAny('"', '\\') : text[at..].IndexOfAnyExcept(BetweenStrings);
            if (stop < 0)
            {
                at = text.Length;
                break;
            }

            at += stop;
            var character = text[at];
            if (_escaped)
            {
                _escaped = false;
            }
            else if (_inString)
            {
                _escaped = character == '\\';
                _inString = _escaped;
            }
            else if (character == '"' && _depth > 0)
            {
                _inString = true;
            }
            else if (character is '{' or '[' && _depth < Deepest)
            {
                _depth++;
            }
            else if (character is not ('}' or ']') || _depth == 0)
            {
                return State.Broken;
            }
            else if (--_depth == 0)
            {
                at++;
                return State.Whole;
            }

            at++;
        }

        return State.Unfinished;
    }
}
