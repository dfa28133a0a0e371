using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>Finds the edits that a model's shape asks of one body. The body has been peeked at, so it is sound JSON and names its model once.</summary>
internal sealed class ShapeScan(BodyPeek peek, RequestShape shape, ShapeScan.Purpose purpose, List<BodyEdit> edits)
{
    private readonly bool[] _given = new bool[shape.Rules.Length];
    private readonly HashSet<long> _settledLimits = [];
    private bool _seenModel;
    private bool _limitStays;
    private bool _kwargsGiven;
    private bool _thinkingSaid;
    private (ByteRange Value, bool IsEmptyObject, bool IsObject) _kwargs;
    private long _openRemoval = -1;
    private long _characters;

    public RouterError? Run(ref Utf8JsonReader reader)
    {
        reader.Read();
        var previousEnd = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = reader.TokenStartIndex;
            if (_openRemoval >= 0)
            {
                Replace(new ByteRange(_openRemoval, start - _openRemoval), "");
                _openRemoval = -1;
            }

            if (Member(ref reader))
            {
                // Behind the model there is always a member before; before it, always one behind.
                if (_seenModel)
                {
                    Replace(new ByteRange(previousEnd, reader.BytesConsumed - previousEnd), "");
                }
                else
                {
                    _openRemoval = start;
                }
            }

            previousEnd = reader.BytesConsumed;
        }

        if (shape.Given.MaxPromptChars is { } most && _characters > most)
        {
            return new RouterError.PromptTooLong(_characters, most);
        }

        Complete();
        return null;
    }

    /// <summary>Stands behind the member's value afterwards.</summary>
    /// <returns>Whether the member has to go.</returns>
    private bool Member(ref Utf8JsonReader reader)
    {
        if (JsonName.Is(reader, "model"u8))
        {
            _seenModel = true;
            reader.Skip();
            return false;
        }

        if (JsonName.Is(reader, "priority"u8))
        {
            reader.Skip();
            return !(purpose.KeepWholePriority && peek.PriorityIsWhole);
        }

        var index = RuleOf(ref reader);
        var rule = index < 0 ? null : shape.Rules[index];
        var limit = TokenLimits.Named(ref reader) is not null;
        var kwargs = purpose.IsChat && JsonName.Is(reader, "chat_template_kwargs"u8);
        _thinkingSaid |= JsonName.Is(reader, "enable_thinking"u8) && rule is not { Strips: true, Set: null };
        if (rule is { Set: null, Strips: true })
        {
            SkipValue(ref reader, limit);
            return true;
        }

        if (index >= 0)
        {
            _given[index] = true;
        }

        if (rule?.Set is { } set)
        {
            var value = SkipValue(ref reader, limit);
            _kwargsGiven |= kwargs;
            _thinkingSaid |= kwargs;
            _limitStays |= limit;
            Replace(value, limit ? Capped(set) : set);
            return false;
        }

        if (kwargs)
        {
            ReadKwargs(ref reader);
        }
        else if (rule is { Least: not null } or { Most: not null })
        {
            Clamp(ref reader, rule, limit);
        }
        else
        {
            CountText(ref reader);
        }

        _limitStays |= limit;
        return false;
    }

    private int RuleOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < shape.Rules.Length; i++)
        {
            if (JsonName.Is(reader, shape.Rules[i].NameBytes))
            {
                return i;
            }
        }

        return -1;
    }

    private ByteRange SkipValue(ref Utf8JsonReader reader, bool limit)
    {
        reader.Read();
        var start = reader.TokenStartIndex;
        reader.Skip();
        if (limit)
        {
            _settledLimits.Add(start);
        }

        return new ByteRange(start, reader.BytesConsumed - start);
    }

    private void Clamp(ref Utf8JsonReader reader, MemberRule rule, bool limit)
    {
        reader.Read();
        var start = reader.TokenStartIndex;
        double? number = reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var read) ? read : null;
        reader.Skip();

        // A limit below zero stands for none at all, and is the cap's to lower.
        if (number is { } given && !(limit && given < 0) && rule.Bound(given) is { } bound)
        {
            Replace(new ByteRange(start, reader.BytesConsumed - start), limit ? Capped(bound) : bound);
            if (limit)
            {
                _settledLimits.Add(start);
            }
        }
    }

    private void ReadKwargs(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = reader.TokenStartIndex;
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        var isEmpty = isObject;
        if (isObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                isEmpty = false;
                _thinkingSaid |= JsonName.Is(reader, "enable_thinking"u8);
                reader.Skip();
            }
        }
        else
        {
            _thinkingSaid |= reader.TokenType != JsonTokenType.Null; // whatever it is, it is not ours to mend
            reader.Skip();
        }

        _kwargsGiven = true;
        _kwargs = (new ByteRange(start, reader.BytesConsumed - start), isEmpty, isObject);
    }

    /// <summary>Counts the characters of text in the value of a member that holds the prompt.</summary>
    private void CountText(ref Utf8JsonReader reader)
    {
        if (shape.Given.MaxPromptChars is null || !PromptText.Holds(ref reader))
        {
            reader.Skip();
            return;
        }

        _characters += PromptText.Count(ref reader);
    }

    /// <summary>Adds what is missing, all at one place: behind the model.</summary>
    private void Complete()
    {
        var added = new StringBuilder();
        var adds = purpose.IsChat || purpose.IsGeneration;
        for (var i = 0; i < shape.Rules.Length; i++)
        {
            var rule = shape.Rules[i];
            if (!_given[i] && (rule.Set ?? rule.Default) is { } value)
            {
                var limit = rule.Name is "max_tokens" or "max_completion_tokens" or "max_output_tokens";
                if (limit && rule.Set is null && _limitStays)
                {
                    continue; // the client has said it by another name
                }

                _limitStays |= limit;
                _kwargsGiven |= rule.Name == RequestShape.Kwargs;
                added.Append(MemberRule.Member(rule.Name, limit ? Capped(value) : value));
            }
        }

        if (purpose.IsChat)
        {
            DecideThinking(added);
        }

        if (adds && Cap is { } cap)
        {
            LowerLimits(cap, added);
        }

        if (added.Length > 0)
        {
            edits.Add(new BodyEdit(new ByteRange(peek.ModelValue.End, 0), Encoding.UTF8.GetBytes(added.ToString())));
        }
    }

    private void LowerLimits(int cap, StringBuilder added)
    {
        List<ByteRange> above = [];
        peek.Limits.Above(cap, above);
        foreach (var value in above)
        {
            if (!_settledLimits.Contains(value.Start))
            {
                Replace(value, Text(cap));
            }
        }

        if (!_limitStays)
        {
            added.Append(MemberRule.Member("max_tokens", Text(cap)));
        }
    }

    private void DecideThinking(StringBuilder added)
    {
        bool? decided = _thinkingSaid ? null
            : shape.Given.ThinkingOffBelow is { } floor && shape.Budget(peek.Limits.Asked, purpose.Cap) < floor ? false
            : shape.Given.Thinking;
        if (!_kwargsGiven)
        {
            if (shape.KwargsWith(decided) is { } kwargs)
            {
                added.Append(MemberRule.Member(RequestShape.Kwargs, kwargs));
            }
        }
        else if (decided is { } on && _kwargs.Value.Length > 0)
        {
            var member = $"\"{RequestShape.EnableThinking}\":{(on ? "true" : "false")}";
            Replace(
                _kwargs.IsObject ? new ByteRange(_kwargs.Value.Start + 1, 0) : _kwargs.Value,
                !_kwargs.IsObject ? $"{{{member}}}" : _kwargs.IsEmptyObject ? member : $"{member},");
        }
    }

    private int? Cap => shape.Lower(purpose.Cap);

    private string Capped(string value) =>
        Cap is { } cap && (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var tokens) || tokens < 0 || tokens > cap) ? Text(cap) : value;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Replace(ByteRange range, string with) => edits.Add(new BodyEdit(range, Encoding.UTF8.GetBytes(with)));

    /// <summary>What the request is for.</summary>
    /// <param name="IsChat">Whether it is a chat: only those have templates and think.</param>
    /// <param name="IsGeneration">Whether its answer has a length.</param>
    /// <param name="KeepWholePriority">Whether the engine has a field <c>priority</c> of its own.</param>
    /// <param name="Cap">The most tokens memory pressure allows; null for as many as one likes.</param>
    internal readonly record struct Purpose(bool IsChat, bool IsGeneration, bool KeepWholePriority, int? Cap);
}
