using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>What happens to one member of a request for a model.</summary>
internal sealed class MemberRule(string name)
{
    public string Name => name;

    /// <summary>The name as it stands in a body.</summary>
    public byte[] NameBytes { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>Whether the client's member is taken out.</summary>
    public bool Strips { get; init; }

    /// <summary>The value it has whatever the client says; null for none.</summary>
    public string? Set { get; init; }

    /// <summary>The value it has where the client does not say; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>The least a number may be, as JSON; null for no bound.</summary>
    public string? Least { get; init; }

    /// <summary>The most a number may be, as JSON; null for no bound.</summary>
    public string? Most { get; init; }

    /// <summary>The bound a number breaks, as JSON; null when it breaks none.</summary>
    public string? Bound(double number) =>
        Least is { } least && number < Parse(least) ? least
        : Most is { } most && number > Parse(most) ? most
        : null;

    /// <summary>A member with this value, with the comma before it.</summary>
    public static string Member(string name, string json) => $",\"{JsonEncodedText.Encode(name)}\":{json}";

    private static double Parse(string json) => double.Parse(json, CultureInfo.InvariantCulture);
}
