using System.Text.Json;

namespace Lockkeeper.Core.Config;

/// <summary>The values of an enumeration as they are written in a configuration: <c>image_edit</c>.</summary>
internal static class Word
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
