using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Wire;

/// <summary>What the router needs to know of a JSON request body, and where it stands, found in one scan without building the document.</summary>
/// <remarks>
/// Only members of the outermost object count: a <c>"model"</c> nested in a tool schema is somebody else's. A member that the router acts on
/// may stand only once, because engines disagree on which of two wins.
/// </remarks>
internal readonly record struct BodyPeek
{
    /// <summary>Tool schemas nest deeper than the reader's default of 64.</summary>
    internal const int MaxDepth = 256;

    private const string PriorityField = "priority";
    private const string PriorityRule = $"must be {PriorityName.Allowed}.";

    /// <summary>The model asked for.</summary>
    public required string Model { get; init; }

    /// <summary>The value of <c>model</c>, quotes included.</summary>
    public required ByteRange ModelValue { get; init; }

    /// <summary>Whether the answer is asked for as a stream.</summary>
    public required bool Stream { get; init; }

    /// <summary>What the client says of that; null when it says nothing.</summary>
    public bool? StreamAsked { get; init; }

    /// <summary>The priority in the body; null when it names none.</summary>
    public required Priority? Priority { get; init; }

    /// <summary>Whether the body's <c>priority</c> is a whole number: the API of some engines has such a field too.</summary>
    public required bool PriorityIsWhole { get; init; }

    /// <summary>Whether the body's <c>priority</c> is a number that means nothing to us; only an engine whose API has the field may be sent it.</summary>
    public bool PriorityIsForeign => PriorityIsWhole && Priority is null;

    /// <summary>The whole <c>priority</c> member with the comma that goes with it; empty when there is none.</summary>
    public required ByteRange PriorityMember { get; init; }

    /// <summary>How long an answer the client asks for.</summary>
    public TokenLimits Limits { get; init; }

    /// <summary>Scans a complete body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="defaultModel">What is meant where no model is named; null where one must be.</param>
    public static Checked<BodyPeek> Scan(in ReadOnlySequence<byte> body, string? defaultModel = null)
    {
        if (body.IsEmpty)
        {
            return new RouterError.BodyInvalid("it is empty.");
        }

        var options = new JsonReaderOptions { MaxDepth = MaxDepth };
        var reader = body.IsSingleSegment ? new Utf8JsonReader(body.FirstSpan, options) : new Utf8JsonReader(body, options);
        try
        {
            var scan = default(MemberScan);
            var error = scan.Run(ref reader);
            return error is not null ? error : scan.Finish(defaultModel);
        }
        catch (JsonException wrong)
        {
            return new RouterError.BodyInvalid($"{Cause(wrong)} (line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}).");
        }
    }

    /// <summary>The error of a foreign number, for an engine whose API has no such field. The model is not known while the body is scanned.</summary>
    public static RouterError ForeignPriority() => new RouterError.FieldInvalid(PriorityField, PriorityRule);

    private static string Cause(JsonException wrong)
    {
        // The reader appends its own position, zero-based and in its own words.
        var end = wrong.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? wrong.Message : wrong.Message[..end]).TrimEnd('.', ' ');
    }

    private ref struct MemberScan
    {
        private string? _model;
        private ByteRange _modelValue;
        private bool? _stream;
        private bool _priorityNamed;
        private Priority? _priority;
        private bool _priorityIsWhole;
        private ByteRange _priorityMember;
        private TokenLimits _limits;

        public RouterError? Run(ref Utf8JsonReader reader)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return new RouterError.BodyInvalid("a JSON object is expected.");
            }

            long? previousEnd = null;
            var priorityWantsItsComma = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var start = reader.TokenStartIndex;
                if (priorityWantsItsComma)
                {
                    _priorityMember = _priorityMember with { Length = start - _priorityMember.Start };
                    priorityWantsItsComma = false;
                }

                RouterError? error = null;
                if (JsonName.Is(reader, "model"u8))
                {
                    error = ReadModel(ref reader);
                }
                else if (JsonName.Is(reader, "stream"u8))
                {
                    error = ReadStream(ref reader);
                }
                else if (JsonName.Is(reader, "priority"u8))
                {
                    error = ReadPriority(ref reader);
                    var from = previousEnd ?? start;
                    _priorityMember = new ByteRange(from, reader.BytesConsumed - from);
                    priorityWantsItsComma = previousEnd is null;
                }
                else if (TokenLimits.Named(ref reader) is { } limit)
                {
                    error = _limits.TryRead(limit, ref reader) ? null : Twice(limit);
                }
                else if (JsonName.IsInAnyCase(reader, "model"u8))
                {
                    return new RouterError.FieldInvalid("model", "must be written in small letters: there are engines that would take this for another model than the one that is asked for.");
                }
                else
                {
                    reader.Skip();
                }

                if (error is not null)
                {
                    return error;
                }

                previousEnd = reader.BytesConsumed;
            }

            // Reads the white space behind the object; anything else there makes the reader throw.
            reader.Read();
            return null;
        }

        public readonly Checked<BodyPeek> Finish(string? defaultModel) => (_model ?? defaultModel) is not { } model
            ? new RouterError.FieldInvalid("model", "is required: name the model to use. GET /v1/models lists them.")
            : new BodyPeek
            {
                Model = model,
                ModelValue = _modelValue,
                Stream = _stream ?? false,
                StreamAsked = _stream,
                Priority = _priority,
                PriorityIsWhole = _priorityIsWhole,
                PriorityMember = _priorityMember,
                Limits = _limits,
            };

        private RouterError.FieldInvalid? ReadModel(ref Utf8JsonReader reader)
        {
            if (_model is not null)
            {
                return Twice("model");
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                return new RouterError.FieldInvalid("model", "must be a string.");
            }

            try
            {
                _model = reader.GetString()!;
            }
            catch (InvalidOperationException)
            {
                return new RouterError.FieldInvalid("model", "is not valid UTF-8 text.");
            }

            _modelValue = new ByteRange(reader.TokenStartIndex, reader.BytesConsumed - reader.TokenStartIndex);
            return _model.Length == 0 ? new RouterError.FieldInvalid("model", "must not be empty.") : null;
        }

        private RouterError.FieldInvalid? ReadStream(ref Utf8JsonReader reader)
        {
            if (_stream is not null)
            {
                return Twice("stream");
            }

            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.True:
                    _stream = true;
                    return null;
                case JsonTokenType.False or JsonTokenType.Null:
                    _stream = false;
                    return null;
                default:
                    return new RouterError.FieldInvalid("stream", "must be true or false.");
            }
        }

        private RouterError.FieldInvalid? ReadPriority(ref Utf8JsonReader reader)
        {
            if (_priorityNamed)
            {
                return Twice("priority");
            }

            _priorityNamed = true;
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.Null:
                    return null;
                case JsonTokenType.Number when reader.TryGetInt64(out var number):
                    _priority = number is >= (long)Scheduling.Priority.Critical and <= (long)Scheduling.Priority.Background ? (Priority)number : null;
                    _priorityIsWhole = true;
                    return null;
                case JsonTokenType.String when TryReadName(ref reader, out var named):
                    _priority = named;
                    return null;
                default:
                    return new RouterError.FieldInvalid(PriorityField, PriorityRule);
            }
        }

        private static bool TryReadName(ref Utf8JsonReader reader, out Priority priority)
        {
            Span<char> text = stackalloc char[16];
            var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
            priority = default;
            return length <= text.Length && !reader.ValueIsEscaped && PriorityName.TryParse(text[..reader.CopyString(text)], out priority);
        }

        private static RouterError.FieldInvalid Twice(string field) => new(field, "stands twice in the request; engines disagree on which one counts. Send it once.");
    }
}
