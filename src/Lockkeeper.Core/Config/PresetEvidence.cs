namespace Lockkeeper.Core.Config;

/// <summary>How far the facts of a preset have been tried.</summary>
internal enum PresetEvidence
{
    /// <summary>Read in the engine's documentation or source; the engine was not run.</summary>
    Documentation,

    /// <summary>The engine was run with it.</summary>
    Ran,
}
