namespace Lockkeeper.Server.Config;

/// <summary>A piece of the file, as written: nothing is interpreted before its key says what is expected.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Size">Nodes in it, itself included, aliases counted in full.</param>
internal abstract record ConfigNode(int Line, int Size)
{
    /// <param name="Line">1-based.</param>
    /// <param name="Text">As written, without quotes.</param>
    /// <param name="Quoted">In quotes or a block: always text, never a number or nothing.</param>
    public sealed record Scalar(int Line, string Text, bool Quoted) : ConfigNode(Line, 1)
    {
        /// <summary>YAML's ways to write nothing at all.</summary>
        public bool IsNothing => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";
    }

    public sealed record Sequence(int Line, int Size, IReadOnlyList<ConfigNode> Items) : ConfigNode(Line, Size);

    public sealed record Mapping(int Line, int Size, IReadOnlyList<ConfigEntry> Entries) : ConfigNode(Line, Size);
}

/// <summary>One <c>key: value</c>. A mapping keeps duplicates, so that both lines can be named.</summary>
internal sealed record ConfigEntry(string Key, int Line, ConfigNode Value)
{
    /// <summary>Where it stands, as the user would name it; null for the one file there is.</summary>
    public string? File { get; init; }
}
