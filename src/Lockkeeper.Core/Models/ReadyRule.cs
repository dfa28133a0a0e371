namespace Lockkeeper.Core.Models;

/// <summary>What must hold for an engine to be ready.</summary>
internal sealed record ReadyRule
{
    /// <summary>Path whose answer must be 2xx.</summary>
    public string Path { get; init; } = "/health";

    /// <summary>What the JSON of the answer must say, as in <c>status == ok</c>; null for nothing.</summary>
    public string? Json { get; init; }

    /// <summary>Whether the answer must name the model.</summary>
    public bool ContainsModel { get; init; }

    /// <summary>Whether a completion of one token must succeed.</summary>
    public bool Completion { get; init; }
}
