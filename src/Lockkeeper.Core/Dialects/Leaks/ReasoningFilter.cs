namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Tells reasoning that stands in tags at the start of an answer as what it is, or not at all. A tag later in the text is text; what is not in tags is never taken for reasoning.</summary>
/// <remarks>One line feed inside of each tag goes with it, and up to two behind the last, as models write them. Reasoning without an end stays reasoning.</remarks>
/// <param name="sink">Is told what remains.</param>
/// <param name="policy">What becomes of reasoning, also of what the engine tells as such.</param>
/// <param name="looksForTags">Whether there is any in the text.</param>
internal sealed class ReasoningFilter(IAnswerSink sink, ReasoningPolicy policy, bool looksForTags) : LeakFilter(sink)
{
    /// <summary>White space before the tag that is waited for.</summary>
    private const int LongestBlank = 256;

    private static readonly Marks Openings = new("<think>", "<thinking>", "[THINK]");
    private static readonly Marks Endings = new("</think>", "\n</think>", "</thinking>", "\n</thinking>", "[/THINK]", "\n[/THINK]");

    private Step _step = looksForTags && policy != ReasoningPolicy.Keep ? Step.Start : Step.Answer;
    private int _lineFeeds;

    private enum Step
    {
        Start,

        /// <summary>Behind the tag, or where an answer begins that has none.</summary>
        Opened,
        Inside,
        Closed,
        Answer,
    }

    /// <summary>Whether answers begin inside of the tags.</summary>
    public bool StartsInReasoning { get; init; }

    public override void Reasoning(ReadOnlySpan<char> text)
    {
        if (policy != ReasoningPolicy.Drop)
        {
            base.Reasoning(text);
        }
    }

    public override void Signature(ReadOnlySpan<char> signature)
    {
        if (policy != ReasoningPolicy.Drop)
        {
            base.Signature(signature);
        }
    }

    protected override int Take(ReadOnlySpan<char> text, bool isEnd)
    {
        var at = 0;
        while (at < text.Length)
        {
            var rest = text[at..];
            switch (_step)
            {
                case Step.Start:
                    if (Start(rest, isEnd) is not { } length)
                    {
                        return at;
                    }

                    at += length;
                    break;

                case Step.Opened:
                    at += rest[0] == '\n' ? 1 : 0;
                    _step = Step.Inside;
                    break;

                case Step.Inside:
                    var found = Endings.Find(rest, isEnd, out var ending);
                    if (found > 0)
                    {
                        Think(rest[..found]);
                    }

                    if (ending is null)
                    {
                        return at + found;
                    }

                    at += found + ending.Length;
                    _step = Step.Closed;
                    break;

                case Step.Closed when rest[0] == '\n' && _lineFeeds < 2:
                    _lineFeeds++;
                    at++;
                    break;

                default:
                    _step = Step.Answer;
                    TellText(rest);
                    return text.Length;
            }
        }

        return at;
    }

    /// <summary>How far the answer is no text yet; null while it is not known whether it is.</summary>
    private int? Start(ReadOnlySpan<char> rest, bool isEnd)
    {
        var blank = rest.Length - rest.TrimStart().Length;
        if (blank == rest.Length && blank <= LongestBlank && !isEnd)
        {
            return null;
        }

        string? opening = null;
        if (blank < rest.Length && blank <= LongestBlank && Openings.Begins(rest[blank..], isEnd, out opening) && opening is null)
        {
            return null;
        }

        _step = opening is not null || StartsInReasoning ? Step.Opened : Step.Answer;
        return opening is null ? 0 : blank + opening.Length;
    }

    private void Think(ReadOnlySpan<char> text)
    {
        if (policy != ReasoningPolicy.Drop)
        {
            Sink.Reasoning(text);
        }
    }
}
