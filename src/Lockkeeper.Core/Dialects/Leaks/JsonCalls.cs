namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Calls as JSON objects, or arrays of them: between tags (Hermes), behind a mark (Mistral), or as all that is left of the answer, with semicolons between them (Llama 3).</summary>
internal sealed class JsonCalls : CallGrammar
{
    private const string HermesEnd = "</tool_call>";

    /// <summary>Members that an object may begin with if it is a call without a mark. Another is seen at once to be none, so that an answer in JSON is not held to its end.</summary>
    private static readonly Marks FirstMembers = new("\"name\"", "\"type\"", "\"parameters\"", "\"arguments\"");

    private readonly bool _isBare;
    private JsonExtent _extent;
    private int _valueAt;
    private Step _step;

    /// <param name="dialect">Which of them it is.</param>
    /// <param name="from">Length of the mark; 0 for an answer that begins without one.</param>
    public JsonCalls(ToolDialect dialect, int from)
    {
        Dialect = dialect;
        At = from;
        _isBare = from == 0;
    }

    private enum Step
    {
        Before,
        FirstMember,
        Value,
        Behind,
    }

    public override ToolDialect Dialect { get; }

    public override CallReading Read(ReadOnlySpan<char> text, bool isEnd)
    {
        CallReading? reading = null;
        while (reading is null)
        {
            reading = _step switch
            {
                Step.Before => Before(text, isEnd),
                Step.FirstMember => FirstMember(text, isEnd),
                Step.Value => Value(text, isEnd),
                _ => Behind(text, isEnd),
            };
        }

        return reading.Value;
    }

    // Each of the following is null when the next step can be taken.
    private CallReading? Before(ReadOnlySpan<char> text, bool isEnd)
    {
        if (!SkipSpace(text))
        {
            return More(text, isEnd);
        }

        if (text[At] is not ('{' or '['))
        {
            return NoCall();
        }

        (_extent, _valueAt, _step) = (default, At, Step.Value);
        if (_isBare && Calls.Count == 0)
        {
            At++;
            _step = Step.FirstMember;
        }

        return null;
    }

    private CallReading? FirstMember(ReadOnlySpan<char> text, bool isEnd)
    {
        if (!SkipSpace(text))
        {
            return More(text, isEnd);
        }

        if (!FirstMembers.Begins(text[At..], isEnd, out var member))
        {
            return NoCall();
        }

        if (member is null)
        {
            return More(text, isEnd);
        }

        (At, _step) = (_valueAt, Step.Value);
        return null;
    }

    private CallReading? Value(ReadOnlySpan<char> text, bool isEnd)
    {
        var at = At;
        var state = _extent.Read(text, ref at);
        At = at;
        if (state == JsonExtent.State.Unfinished)
        {
            return More(text, isEnd);
        }

        if (state == JsonExtent.State.Broken || LeakedCall.Parse(text[_valueAt..At], needsArguments: Dialect == ToolDialect.Llama3) is not { } calls)
        {
            return NoCall();
        }

        Calls.AddRange(calls);
        _step = Step.Behind;
        return null;
    }

    private CallReading? Behind(ReadOnlySpan<char> text, bool isEnd)
    {
        if (Dialect == ToolDialect.Mistral)
        {
            return Whole();
        }

        if (!SkipSpace(text))
        {
            // The mark behind a call is often taken for the end of the answer, and left out.
            return isEnd ? Whole() : More(text, isEnd);
        }

        if (Dialect == ToolDialect.Llama3)
        {
            if (text[At] != ';')
            {
                return NoCall();
            }

            At++;
            _step = Step.Before;
            return null;
        }

        return Skip(text, HermesEnd) switch
        {
            true => Whole(),
            false => NoCall(),
            null when isEnd => new CallReading(CallState.Whole, text.Length),
            null => More(text, isEnd),
        };
    }
}
