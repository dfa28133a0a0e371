using System.Collections.Frozen;

namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Finds calls of tools in the text of an answer and tells them as what they are. Text keeps streaming; what may be a call is gathered until it is whole, valid, and of known tools.</summary>
/// <remarks>
/// A call is told in one piece: its arguments could not be taken back once the rest of it turned out to be none. What is no call after all is told as the text it is, and never looked at again,
/// so the work is linear in the length of the answer whatever it holds. White space that is all there is between calls, before the first or behind the last, goes with them.
/// </remarks>
internal sealed class ToolCallFilter(IAnswerSink sink, ToolDialect dialect, KnownTools tools) : LeakFilter(sink)
{
    /// <summary>Characters that a call may have; a longer one is text.</summary>
    public const int LongestCall = 1024 * 1024;

    private const int LongestBlank = 256;
    private const string Tag = "<tool_call>";
    private const string PythonTag = "<|python_tag|>";
    private const string ToolCalls = "[TOOL_CALLS]";

    private static readonly FrozenDictionary<ToolDialect, Marks> MarksOf = new Dictionary<ToolDialect, Marks>
    {
        [ToolDialect.Auto] = new(Tag, PythonTag, ToolCalls),
        [ToolDialect.Hermes] = new(Tag),
        [ToolDialect.Qwen3Coder] = new(Tag),
        [ToolDialect.Llama3] = new(PythonTag),
        [ToolDialect.Mistral] = new(ToolCalls),
    }.ToFrozenDictionary();

    /// <summary>As configured; when that is <see cref="ToolDialect.Auto"/>, what the first call was written in.</summary>
    private ToolDialect _dialect = dialect;

    private CallGrammar? _call;

    /// <summary>White space before the mark of the call being read.</summary>
    private int _blank;

    /// <summary>Whether nothing but white space has come since the beginning, or since the last call.</summary>
    private bool _isEdge = true;
    private bool _hasTold;

    protected override int Take(ReadOnlySpan<char> text, bool isEnd)
    {
        var at = 0;
        while (at < text.Length)
        {
            if (_call is null)
            {
                at += Outside(text[at..], isEnd);
            }

            if (at == text.Length || _call is null || Inside(text[at..], isEnd, _call) is not (> 0 and var length))
            {
                break;
            }

            at += length;
        }

        return at;
    }

    /// <summary>Tells text up to what is, or may be, the mark of a call. Returns its length.</summary>
    private int Outside(ReadOnlySpan<char> rest, bool isEnd)
    {
        var blank = _isEdge ? rest.Length - rest.TrimStart().Length : 0;
        if (blank > LongestBlank)
        {
            (_isEdge, blank) = (false, 0);
        }

        if (blank == rest.Length)
        {
            return isEnd ? Ending(rest) : 0;
        }

        string? mark = null;
        var found = blank;
        var isBare = _isEdge && !_hasTold && rest[blank] == '{' && _dialect is ToolDialect.Llama3 or ToolDialect.Auto;
        if (!isBare)
        {
            found += MarksOf[_dialect].Find(rest[blank..], isEnd, out mark);
        }

        if (isBare || mark is not null)
        {
            _call = Grammar(mark);
        }

        if (_isEdge && found == blank)
        {
            _blank = blank;
            return 0;
        }

        _blank = 0;
        Tell(rest[..found]);
        return found;
    }

    /// <summary>White space at the end: behind calls it goes with them.</summary>
    private int Ending(ReadOnlySpan<char> blank)
    {
        if (!_hasTold)
        {
            Tell(blank);
        }

        return blank.Length;
    }

    private CallGrammar Grammar(string? mark) => mark switch
    {
        null => new JsonCalls(ToolDialect.Llama3, 0),
        PythonTag => new JsonCalls(ToolDialect.Llama3, mark.Length),
        ToolCalls => new ChosenGrammar(mark.Length, first => first is '[' or '{' ? new JsonCalls(ToolDialect.Mistral, mark.Length) : new NamedCall(mark.Length, tools)),
        _ when _dialect == ToolDialect.Hermes => new JsonCalls(ToolDialect.Hermes, mark.Length),
        _ when _dialect == ToolDialect.Qwen3Coder => new XmlCalls(mark.Length, tools),
        _ => new ChosenGrammar(mark.Length, first => first == '<' ? new XmlCalls(mark.Length, tools) : new JsonCalls(ToolDialect.Hermes, mark.Length)),
    };

    /// <summary>Reads what may be a call. Returns its length once it is known what it is; else 0.</summary>
    private int Inside(ReadOnlySpan<char> rest, bool isEnd, CallGrammar call)
    {
        // No more than this is looked at, however much has come at once: where a call is given up must not depend on the pieces.
        var longest = _blank + LongestCall;
        var isLonger = rest.Length >= longest;
        var view = isLonger ? rest[..longest] : rest;
        var reading = call.Read(view[_blank..], isEnd && !isLonger);
        if (reading.State == CallState.Unfinished && !isLonger)
        {
            return 0;
        }

        var length = reading.State == CallState.Unfinished ? view.Length : _blank + reading.Length;
        if (reading.State == CallState.Whole && call.Calls.TrueForAll(found => tools.Find(found.Name) is not null))
        {
            foreach (var found in call.Calls)
            {
                TellCall(tools.NextId(), found);
            }

            (_dialect, _isEdge, _hasTold) = (call.Dialect, true, true);
        }
        else
        {
            Tell(view[..length]);
        }

        _call = null;
        return length;
    }

    private void Tell(ReadOnlySpan<char> text)
    {
        (_isEdge, _hasTold) = (false, true);
        TellText(text);
    }
}
