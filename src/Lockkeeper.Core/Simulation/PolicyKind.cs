using System.Collections.Immutable;

namespace Lockkeeper.Core.Simulation;

/// <summary>The rules that can be compared. Each is told in docs/simulate.md with the source of the rule.</summary>
internal enum PolicyKind
{
    /// <summary>The scheduler of this program.</summary>
    Lockkeeper,

    /// <summary>Strictly first come, first served: local-engine-router.</summary>
    Fifo,

    /// <summary>The loaded model is served as long as it has requests: llama-swap and Ollama.</summary>
    ResidentFirst,

    /// <summary>As resident-first, with a limit on the number of models instead of their memory: the router of llama.cpp.</summary>
    Lru,
}

/// <summary>Rules as written on the command line.</summary>
internal static class PolicyName
{
    private static readonly string[] Names = ["lockkeeper", "fifo", "resident-first", "lru"];

    public static ImmutableArray<PolicyKind> All { get; } = [.. Enum.GetValues<PolicyKind>()];

    public static string Of(PolicyKind policy) => Names[(int)policy];

    public static bool TryParse(string text, out PolicyKind policy)
    {
        var at = Array.IndexOf(Names, text);
        policy = at >= 0 ? (PolicyKind)at : default;
        return at >= 0;
    }
}
