using System.Globalization;
using System.Text.Json;

namespace Lockkeeper.Core.Engines;

/// <summary>The way to a member of a JSON document: names with dots between them, <c>[0]</c> for an item of a list, as in <c>loaded_instances[0].id</c>.</summary>
internal static class JsonMember
{
    /// <summary>The member; null when there is none, or it is <c>null</c>.</summary>
    public static JsonElement? Find(JsonElement root, string path)
    {
        var at = root;
        foreach (var step in path.Split('.'))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? step : step[..bracket];
            if (name.Length > 0 && (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at)))
            {
                return null;
            }

            if (bracket >= 0 && !TryItem(step.AsSpan(bracket), ref at))
            {
                return null;
            }
        }

        return at.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : at;
    }

    /// <summary>Why this is no way to a member; null when it is one.</summary>
    public static string? Refuse(string path)
    {
        foreach (var step in path.Split('.'))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? step : step[..bracket];
            var item = bracket < 0 ? "" : step[bracket..];
            if ((name.Length == 0 && item.Length == 0) || name.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter)) || (item.Length > 0 && Index(item) is null))
            {
                return $"'{path}' names no member; write names with dots between them, and [0] for the first item of a list, as in state or instances[0].id";
            }
        }

        return null;
    }

    private static bool TryItem(ReadOnlySpan<char> item, ref JsonElement at)
    {
        if (at.ValueKind != JsonValueKind.Array || Index(item) is not { } index || index >= at.GetArrayLength())
        {
            return false;
        }

        at = at[index];
        return true;
    }

    private static int? Index(ReadOnlySpan<char> item) =>
        item is ['[', .. var number, ']'] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
