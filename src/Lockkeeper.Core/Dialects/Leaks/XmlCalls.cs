using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>Qwen3-coder's calls: functions and parameters as tags, values as they are. What a value is, the tool's schema says.</summary>
internal sealed class XmlCalls : CallGrammar
{
    private const string End = "</tool_call>";
    private const string Function = "<function=";
    private const string FunctionEnd = "</function>";
    private const string Parameter = "<parameter=";
    private const string ParameterEnd = "</parameter>";

    private readonly KnownTools _tools;
    private readonly List<(string Name, string Value)> _values = [];
    private ToolSpec? _tool;
    private string? _parameter;
    private int _valueAt;
    private Step _step;

    /// <param name="from">Length of the mark.</param>
    /// <param name="tools">What may be called.</param>
    public XmlCalls(int from, KnownTools tools)
    {
        At = from;
        _tools = tools;
    }

    private enum Step
    {
        /// <summary>Before a function, or the end.</summary>
        Function,
        FunctionName,

        /// <summary>Before a parameter, or the end of the function.</summary>
        Parameter,
        ParameterName,
        Value,
        Whole,
    }

    public override ToolDialect Dialect => ToolDialect.Qwen3Coder;

    public override CallReading Read(ReadOnlySpan<char> text, bool isEnd)
    {
        while (_step != Step.Whole)
        {
            var goesOn = _step switch
            {
                Step.Function => Either(text, Function, Step.FunctionName, Calls.Count > 0 ? End : null, Step.Whole),
                Step.FunctionName => FunctionName(text),
                Step.Parameter => Either(text, Parameter, Step.ParameterName, FunctionEnd, Step.Function),
                Step.ParameterName => ParameterName(text),
                _ => Value(text),
            };
            if (goesOn is null)
            {
                // The last mark is often taken for the end of the answer, and left out.
                var isWhole = isEnd && _step == Step.Function && Calls.Count > 0 && End.AsSpan().StartsWith(text[At..], StringComparison.Ordinal);
                return isWhole ? new CallReading(CallState.Whole, text.Length) : More(text, isEnd);
            }

            if (goesOn is false)
            {
                return NoCall();
            }
        }

        return Whole();
    }

    /// <summary>Passes over one of two tokens, and goes on accordingly; false for something else, null while more is needed.</summary>
    private bool? Either(ReadOnlySpan<char> text, string first, Step behindFirst, string? second, Step behindSecond)
    {
        if (!SkipSpace(text))
        {
            return null;
        }

        var isFirst = Skip(text, first);
        var isSecond = isFirst is true || second is null ? false : Skip(text, second);
        if (isFirst is not true && isSecond is not true)
        {
            return isFirst is null || isSecond is null ? null : false;
        }

        if (isSecond is true && second == FunctionEnd)
        {
            Calls.Add(new LeakedCall(_tool!.Name, Arguments()));
            _values.Clear();
        }

        _step = isFirst is true ? behindFirst : behindSecond;
        return true;
    }

    private bool? FunctionName(ReadOnlySpan<char> text)
    {
        if (Name(text, '>') is not { } name)
        {
            return null;
        }

        _tool = _tools.Find(name);
        _step = Step.Parameter;
        return _tool is not null;
    }

    private bool? ParameterName(ReadOnlySpan<char> text)
    {
        if (Name(text, '>') is not { } name)
        {
            return null;
        }

        (_parameter, _valueAt, _step) = (name, At, Step.Value);
        return name.Length > 0 && _values.All(value => value.Name != name);
    }

    private bool? Value(ReadOnlySpan<char> text)
    {
        var length = text[At..].IndexOf(ParameterEnd, StringComparison.Ordinal);
        if (length < 0)
        {
            // The end of the text may be the beginning of the mark.
            At = Math.Max(At, text.Length - ParameterEnd.Length + 1);
            return null;
        }

        var value = text[_valueAt..(At + length)];
        value = value.StartsWith('\n') ? value[1..] : value;
        value = value.EndsWith('\n') ? value[..^1] : value;
        _values.Add((_parameter!, value.ToString()));
        At += length + ParameterEnd.Length;
        _step = Step.Parameter;
        return true;
    }

    private string Arguments()
    {
        var schema = ParameterTypes.Of(_tool!.Parameters);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Readable))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in _values)
            {
                writer.WritePropertyName(name);
                if (schema.AsJson(name, value) is { } json)
                {
                    writer.WriteRawValue(json);
                }
                else
                {
                    writer.WriteStringValue(value);
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
