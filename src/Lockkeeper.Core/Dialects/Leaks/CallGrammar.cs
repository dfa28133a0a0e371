namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Reads what may be calls of tools, from its mark on, as it grows. One is made for each mark and remembers how far it has read, so that nothing is read twice.</summary>
internal abstract class CallGrammar
{
    /// <summary>The longest name of a tool or a parameter that is looked for.</summary>
    private const int LongestName = 256;

    /// <summary>How the model writes calls if this is one.</summary>
    public abstract ToolDialect Dialect { get; }

    /// <summary>The calls read so far.</summary>
    public virtual List<LeakedCall> Calls { get; } = [];

    /// <summary>How far it has been read.</summary>
    protected int At { get; set; }

    /// <summary>Reads on.</summary>
    /// <param name="text">Everything from the mark on: what was shown before, and what has come.</param>
    /// <param name="isEnd">Whether nothing follows; then the answer is not <see cref="CallState.Unfinished"/>.</param>
    public abstract CallReading Read(ReadOnlySpan<char> text, bool isEnd);

    protected CallReading Whole() => new(CallState.Whole, At);

    /// <summary>It is no call, as can be seen where it is read.</summary>
    protected CallReading NoCall() => new(CallState.NoCall, At);

    /// <summary>More is needed, and if there is no more, it is no call.</summary>
    protected static CallReading More(ReadOnlySpan<char> text, bool isEnd) => isEnd ? new(CallState.NoCall, text.Length) : new(CallState.Unfinished, 0);

    /// <summary>Passes over white space; whether something is behind it.</summary>
    protected bool SkipSpace(ReadOnlySpan<char> text)
    {
        while (At < text.Length && char.IsWhiteSpace(text[At]))
        {
            At++;
        }

        return At < text.Length;
    }

    /// <summary>Passes over a token; null while it may still become it.</summary>
    protected bool? Skip(ReadOnlySpan<char> text, string token)
    {
        var rest = text[At..];
        if (rest.StartsWith(token, StringComparison.Ordinal))
        {
            At += token.Length;
            return true;
        }

        return token.AsSpan().StartsWith(rest, StringComparison.Ordinal) ? null : false;
    }

    /// <summary>Reads a name up to a character that ends it and passes over that; null while it has not come, empty where none can be.</summary>
    protected string? Name(ReadOnlySpan<char> text, char end)
    {
        var rest = text[At..];
        var window = rest[..Math.Min(rest.Length, LongestName + 1)];
        var length = window.IndexOf(end);
        if (length < 0)
        {
            return window.Length > LongestName ? "" : null;
        }

        var name = window[..length].Trim().ToString();
        At += name.Length == 0 ? 0 : length + 1;
        return name;
    }
}

/// <summary>What a text is, as far as it is there.</summary>
internal enum CallState
{
    /// <summary>It may become calls.</summary>
    Unfinished,

    /// <summary>It is calls.</summary>
    Whole,

    /// <summary>It is text.</summary>
    NoCall,
}

/// <param name="State">What it is.</param>
/// <param name="Length">How much of it that is.</param>
internal readonly record struct CallReading(CallState State, int Length);
