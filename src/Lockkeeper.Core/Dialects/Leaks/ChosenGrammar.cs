namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>A mark that several grammars have; the first character behind it says which it is.</summary>
internal sealed class ChosenGrammar : CallGrammar
{
    private readonly Func<char, CallGrammar> _choose;
    private CallGrammar? _chosen;

    /// <param name="from">Length of the mark.</param>
    /// <param name="choose">Makes the grammar.</param>
    public ChosenGrammar(int from, Func<char, CallGrammar> choose)
    {
        At = from;
        _choose = choose;
    }

    public override ToolDialect Dialect => _chosen!.Dialect;

    public override List<LeakedCall> Calls => _chosen!.Calls;

    public override CallReading Read(ReadOnlySpan<char> text, bool isEnd)
    {
        if (_chosen is null)
        {
            if (!SkipSpace(text))
            {
                return More(text, isEnd);
            }

            _chosen = _choose(text[At]);
        }

        return _chosen.Read(text, isEnd);
    }
}
