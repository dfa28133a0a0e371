using System.Globalization;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Media;

/// <summary>One image, file or recording of a chat.</summary>
/// <param name="Kind">How it is given.</param>
/// <param name="Message">Index of its message.</param>
/// <param name="Index">Its own, in the content of the message.</param>
/// <param name="Part">The whole part, braces included.</param>
/// <param name="Value">The address or the data in it: a JSON string, quotes included.</param>
internal readonly record struct MediaPart(MediaPartKind Kind, int Message, int Index, ByteRange Part, ByteRange Value)
{
    /// <summary>Where it is in what the client wrote; null where that is this chat.</summary>
    public string? Origin { get; init; }

    /// <summary>Where it is, for messages.</summary>
    public string Place => Origin ?? PlaceOf(Message, Index);

    public static string PlaceOf(int message, int index) => string.Create(CultureInfo.InvariantCulture, $"messages[{message}].content[{index}]");
}
