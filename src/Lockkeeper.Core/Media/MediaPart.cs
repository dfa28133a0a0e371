using System.Globalization;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Media;

/// <summary>One image, file or recording of a chat.</summary>
/// <param name="Kind">How it is given.</param>
/// <param name="Place">Where it is, for messages.</param>
/// <param name="Part">The whole part, braces included.</param>
/// <param name="Value">The address or the data in it: a JSON string, quotes included.</param>
internal readonly record struct MediaPart(MediaPartKind Kind, string Place, ByteRange Part, ByteRange Value)
{
    /// <summary>Whether it is all of a message's content, and not one of a list of parts.</summary>
    public bool IsAlone { get; init; }

    /// <param name="message">Index of a message.</param>
    /// <param name="index">Of a part in its content.</param>
    public static string PlaceOf(int message, int index) => string.Create(CultureInfo.InvariantCulture, $"messages[{message}].content[{index}]");
}
