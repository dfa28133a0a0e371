namespace Lockkeeper.Server.Detection;

/// <summary>Something that listens where engines do.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Name">Which engine its answers show it to be; null when they show none.</param>
/// <param name="Models">What it lists.</param>
internal sealed record FoundEngine(string Url, string? Name, IReadOnlyList<string> Models)
{
    /// <summary>Whether its answers are those of an engine, whichever it is.</summary>
    public bool IsConfirmed => Name is not null;
}

/// <summary>An engine's program on PATH.</summary>
internal sealed record FoundProgram(KnownEngine Engine, string Path);

/// <summary>A folder with models in it.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Models">How many of each kind lie near its top.</param>
internal sealed record FoundFolder(string Path, IReadOnlyDictionary<ModelKind, int> Models);

/// <summary>What is on this machine.</summary>
internal sealed record Findings(IReadOnlyList<FoundEngine> Engines, IReadOnlyList<FoundProgram> Programs, IReadOnlyList<FoundFolder> Folders);
