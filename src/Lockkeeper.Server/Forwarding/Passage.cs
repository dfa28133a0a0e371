namespace Lockkeeper.Server.Forwarding;

/// <summary>What an engine is sent, and how its answer becomes the client's.</summary>
/// <param name="Path">The engine's route.</param>
/// <param name="Body">What it is sent.</param>
/// <param name="Answer">What becomes of its answer.</param>
internal sealed record Passage(string Path, EngineBody Body, AnswerForm Answer)
{
    /// <summary>Whether the answer is asked for as a stream.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether the request is passed on in the client's own dialect: with its query and its headers, and an error of the engine is passed back as it is.</summary>
    public bool IsNative { get; init; } = true;

    /// <summary>Whether something in the answer has to change, so that the engine must not compress it.</summary>
    public bool IsPlain { get; init; }
}
