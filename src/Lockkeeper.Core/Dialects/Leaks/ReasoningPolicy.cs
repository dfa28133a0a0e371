namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>What becomes of a model's reasoning.</summary>
internal enum ReasoningPolicy
{
    /// <summary>It is told as reasoning; how a client sees it is its dialect's affair.</summary>
    Separate,

    /// <summary>The client does not get it, wherever the engine put it.</summary>
    Drop,

    /// <summary>It stays where the engine put it: in the text, marks and all, if it was there.</summary>
    Keep,
}
