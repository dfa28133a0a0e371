using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Wire;

/// <summary>What the router needs to know of a multipart form, and where it stands.</summary>
internal readonly record struct MultipartPeek
{
    /// <summary>The model asked for.</summary>
    public required string Model { get; init; }

    /// <summary>The value of the field <c>model</c>.</summary>
    public required ByteRange ModelValue { get; init; }

    /// <summary>Whether the answer is asked for as a stream; null when the form says nothing of it.</summary>
    public bool? StreamAsked { get; init; }

    /// <summary>The priority in the form; null when it names none.</summary>
    public Priority? Priority { get; init; }

    /// <summary>The whole part <c>priority</c> with the boundary before it, which leaves a sound form when it is taken out; empty when there is none.</summary>
    public ByteRange PriorityPart { get; init; }

    /// <summary>The form of the answer asked for, as in <c>verbose_json</c>; null when the form says nothing of it.</summary>
    public string? ResponseFormat { get; init; }
}
