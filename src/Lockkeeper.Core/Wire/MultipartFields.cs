using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Wire;

/// <summary>What has been read so far of the fields of a form that the router needs.</summary>
internal sealed class MultipartFields
{
    private static readonly string[] Names = ["model", "stream", "priority", "response_format"];

    private readonly HashSet<string> _begun = [];
    private string? _model;
    private ByteRange _modelValue;
    private bool? _stream;
    private Priority? _priority;
    private string? _responseFormat;
    private long _lastDelimiter;
    private ByteRange _priorityPart;
    private bool _priorityIsOpen;

    public static bool Are(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <returns>False for a field that has begun before.</returns>
    public bool Begin(string field)
    {
        if (field == "priority")
        {
            _priorityIsOpen = true;
        }

        return _begun.Add(field);
    }

    /// <summary>A boundary begins here, with the line end before it: what was open ends.</summary>
    /// <param name="start">Negative where a form begins with its boundary, and no line has ended before.</param>
    public void Delimiter(long start)
    {
        if (_priorityIsOpen)
        {
            // Where the line end before the part is missing, the one behind it goes instead.
            _priorityPart = new ByteRange(Math.Max(0, _lastDelimiter), start - _lastDelimiter);
            _priorityIsOpen = false;
        }

        _lastDelimiter = start;
    }

    public RouterError? End(string field, string text, ByteRange value)
    {
        switch (field)
        {
            case "model":
                (_model, _modelValue) = (text, value);
                return text.Length == 0 ? new RouterError.FieldInvalid(field, "must not be empty.") : null;
            case "stream":
                return TryReadSwitch(text, out _stream) ? null : new RouterError.FieldInvalid(field, "must be true or false.");
            case "priority":
                _priority = PriorityName.TryParse(text, out var priority) ? priority : null;
                return _priority is null && text.Length > 0 ? new RouterError.FieldInvalid(field, $"must be {PriorityName.Allowed}.") : null;
            default:
                _responseFormat = text;
                return null;
        }
    }

    public Checked<MultipartPeek> Found() => _model is null
        ? new RouterError.FieldInvalid("model", "is required: name the model to use in a field of the form. GET /v1/models lists them.")
        : new MultipartPeek { Model = _model, ModelValue = _modelValue, StreamAsked = _stream, Priority = _priority, PriorityPart = _priorityPart, ResponseFormat = _responseFormat };

    /// <summary>As the web frameworks of engines read a field that is true or false.</summary>
    private static bool TryReadSwitch(string text, out bool? value)
    {
        value = text.ToLowerInvariant() switch
        {
            "true" or "1" or "on" or "yes" => true,
            "false" or "0" or "off" or "no" or "" => false,
            _ => null,
        };
        return value is not null;
    }
}
