namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>
/// Reads answers in channels, as gpt-oss writes them: <c>analysis</c> is reasoning, <c>final</c> and remarks in <c>commentary</c> are text, and a message to <c>functions.NAME</c> is a call.
/// Only an answer that begins with a channel is read so; any other passes.
/// </summary>
/// <remarks>
/// <code>
///   &lt;|channel|&gt;analysis&lt;|message|&gt;…&lt;|end|&gt;&lt;|start|&gt;assistant&lt;|channel|&gt;commentary to=functions.NAME &lt;|constrain|&gt;json&lt;|message|&gt;{…}&lt;|call|&gt;
/// </code>
/// What is not understood (another channel, a call of an unknown tool or with arguments that are no JSON object) is told as the text it is, marks and all. Calls are told when they are whole.
/// </remarks>
/// <param name="sink">Is told what remains.</param>
/// <param name="tools">What may be called.</param>
/// <param name="takesCalls">Whether calls are told as such.</param>
/// <param name="takesChannels">Whether reasoning is told as such, and the marks of channels go; else only calls are taken out.</param>
internal sealed class HarmonyFilter(IAnswerSink sink, KnownTools tools, bool takesCalls, bool takesChannels) : LeakFilter(sink)
{
    private const int LongestHead = 1024;
    private const int LongestBlank = 256;
    private const string Start = "<|start|>";
    private const string Channel = "<|channel|>";
    private const string Message = "<|message|>";
    private const string To = "to=";
    private const string Functions = "functions.";

    private static readonly Marks Beginnings = new(Start, Channel);
    private static readonly Marks HeadEnds = new(Message, Start, "<|end|>", "<|return|>", "<|call|>");
    private static readonly Marks BodyEnds = new(Start, Channel, "<|end|>", "<|return|>", "<|call|>");

    private Step _step;
    private Content _content = Content.Text;

    /// <summary>How much of a message that is gathered has been searched, from its first mark on.</summary>
    private int _searched;

    /// <summary>Where the arguments of a call begin, from the first mark of its message on; and whom it calls.</summary>
    private int _argumentsAt;
    private string _name = "";

    private enum Step
    {
        /// <summary>Nothing has come but white space.</summary>
        Before,

        /// <summary>The answer has no channels.</summary>
        Plain,

        /// <summary>From the first mark of a message to <c>&lt;|message|&gt;</c>.</summary>
        Head,
        Body,

        /// <summary>In the arguments of a call.</summary>
        Call,
    }

    private enum Content
    {
        Text,
        Reasoning,

        /// <summary>Text, with the mark that ends it.</summary>
        Raw,
    }

    /// <summary>Whether answers begin inside of <c>analysis</c>.</summary>
    public bool StartsInReasoning { get; init; }

    protected override int Take(ReadOnlySpan<char> text, bool isEnd)
    {
        var at = 0;
        while (at < text.Length)
        {
            var rest = text[at..];
            var length = _step switch
            {
                Step.Before => Before(rest, isEnd),
                Step.Head => Head(rest, isEnd),
                Step.Call => Call(rest, isEnd),
                Step.Body => Body(rest, isEnd),
                _ => Pass(rest),
            };
            if (length is not { } taken)
            {
                return at;
            }

            at += taken;
        }

        return at;
    }

    private int Pass(ReadOnlySpan<char> rest)
    {
        TellText(rest);
        return rest.Length;
    }

    // Each of the following returns how much it has dealt with; null while it needs more.
    private int? Before(ReadOnlySpan<char> rest, bool isEnd)
    {
        if (StartsInReasoning)
        {
            (_step, _content) = (Step.Body, Content.Reasoning);
            return 0;
        }

        var blank = rest.Length - rest.TrimStart().Length;
        if (blank <= LongestBlank && blank == rest.Length && !isEnd)
        {
            return null;
        }

        if (blank > LongestBlank || !Beginnings.Begins(rest[blank..], isEnd, out var mark))
        {
            _step = Step.Plain;
            return 0;
        }

        if (mark is null)
        {
            return null;
        }

        _step = Step.Body;
        return takesChannels ? blank : 0;
    }

    private int? Body(ReadOnlySpan<char> rest, bool isEnd)
    {
        var found = BodyEnds.Find(rest, isEnd, out var mark);
        Tell(rest[..found]);
        if (mark is null)
        {
            return found > 0 ? found : null;
        }

        if (mark is Start or Channel)
        {
            (_step, _searched) = (Step.Head, mark.Length);
            return found;
        }

        if (_content == Content.Raw || !takesChannels)
        {
            TellText(mark);
        }

        _content = Content.Text;
        return found + mark.Length;
    }

    private int? Head(ReadOnlySpan<char> rest, bool isEnd)
    {
        var isLonger = rest.Length >= LongestHead;
        var view = isLonger ? rest[..LongestHead] : rest;
        var end = _searched + HeadEnds.Find(view[_searched..], isEnd, out var mark);
        if (mark is null && !isLonger && !isEnd)
        {
            _searched = end;
            return null;
        }

        if (mark != Message)
        {
            // No head after all. The mark that came instead begins anew.
            end = mark is null ? view.Length : end;
            TellText(view[..end]);
            (_step, _content) = (Step.Body, Content.Raw);
            return end;
        }

        end += Message.Length;
        var head = view[..end];
        if (takesCalls && Recipient(head) is { } name && tools.Find(name) is not null)
        {
            (_step, _name, _argumentsAt, _searched) = (Step.Call, name, end, end);
            return 0;
        }

        _step = Step.Body;
        _content = !takesChannels || Recipient(head) is not null ? Content.Raw : ContentOf(head);
        if (_content == Content.Raw)
        {
            TellText(head);
        }

        return end;
    }

    private int? Call(ReadOnlySpan<char> rest, bool isEnd)
    {
        var longest = _argumentsAt + ToolCallFilter.LongestCall;
        var isLonger = rest.Length >= longest;
        var view = isLonger ? rest[..longest] : rest;
        var end = _searched + BodyEnds.Find(view[_searched..], isEnd, out var mark);
        if (mark is null && !isLonger && !isEnd)
        {
            _searched = end;
            return null;
        }

        // A call without a mark behind it ended the answer: engines often leave that one out.
        end = mark is null ? view.Length : end;
        var arguments = view[_argumentsAt..end].Trim();
        end += mark is null or Start or Channel ? 0 : mark.Length;
        (_step, _content) = (Step.Body, Content.Text);
        if ((mark is not null || !isLonger) && LeakedCall.IsObject(arguments))
        {
            TellCall(tools.NextId(), new LeakedCall(_name, arguments.ToString()));
        }
        else
        {
            TellText(view[..end]);
            _content = mark is null ? Content.Raw : Content.Text;
        }

        return end;
    }

    private void Tell(ReadOnlySpan<char> text)
    {
        if (_content != Content.Reasoning)
        {
            TellText(text);
        }
        else if (!text.IsEmpty)
        {
            Sink.Reasoning(text);
        }
    }

    private static Content ContentOf(ReadOnlySpan<char> head)
    {
        var at = head.IndexOf(Channel, StringComparison.Ordinal);
        return (at < 0 ? "final" : Word(head[(at + Channel.Length)..])) switch
        {
            "analysis" => Content.Reasoning,
            "final" or "commentary" => Content.Text,
            _ => Content.Raw,
        };
    }

    /// <summary>The tool a message is for; null for the user.</summary>
    private static string? Recipient(ReadOnlySpan<char> head)
    {
        var at = head.IndexOf(" " + To, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var name = Word(head[(at + 1 + To.Length)..]);
        return name.StartsWith(Functions, StringComparison.Ordinal) ? name[Functions.Length..] : name;
    }

    private static string Word(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(" \t\r\n<");
        return text[..(end < 0 ? text.Length : end)].ToString();
    }
}
