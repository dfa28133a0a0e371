namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Mistral's newer way: <c>[TOOL_CALLS]NAME[ARGS]{…}</c>, between them <c>[CALL_ID]…</c> in some versions. Several calls each have the mark.</summary>
internal sealed class NamedCall : CallGrammar
{
    private const string CallId = "CALL_ID]";
    private const string Args = "ARGS]";

    private readonly KnownTools _tools;
    private JsonExtent _extent;
    private string? _name;
    private int _valueAt;
    private Step _step;

    /// <param name="from">Length of the mark.</param>
    /// <param name="tools">What may be called.</param>
    public NamedCall(int from, KnownTools tools)
    {
        At = from;
        _tools = tools;
    }

    private enum Step
    {
        Name,
        BehindName,
        Id,
        BehindId,
        Value,
    }

    public override ToolDialect Dialect => ToolDialect.Mistral;

    public override CallReading Read(ReadOnlySpan<char> text, bool isEnd)
    {
        while (_step != Step.Value)
        {
            if (Head(text) is not { } goesOn)
            {
                return More(text, isEnd);
            }

            if (!goesOn)
            {
                return NoCall();
            }
        }

        var at = At;
        var state = _extent.Read(text, ref at);
        At = at;
        if (state == JsonExtent.State.Unfinished)
        {
            return More(text, isEnd);
        }

        if (state == JsonExtent.State.Broken || !LeakedCall.IsObject(text[_valueAt..At]))
        {
            return NoCall();
        }

        Calls.Add(new LeakedCall(_name!, text[_valueAt..At].Trim().ToString()));
        return Whole();
    }

    /// <summary>One step towards the arguments; false where it leads nowhere, null while more is needed.</summary>
    private bool? Head(ReadOnlySpan<char> text)
    {
        switch (_step)
        {
            case Step.Name or Step.Id:
                var name = Name(text, '[');
                if (name is null or "" || (_step == Step.Name && _tools.Find(name) is null))
                {
                    return name is null ? null : false;
                }

                _name ??= name;
                _step = _step == Step.Name ? Step.BehindName : Step.BehindId;
                return true;

            case Step.BehindName when Skip(text, CallId) is var isId and not false:
                _step = isId is true ? Step.Id : _step;
                return isId;

            default:
                var isArgs = Skip(text, Args);
                (_step, _valueAt) = isArgs is true ? (Step.Value, At) : (_step, 0);
                return isArgs;
        }
    }
}
