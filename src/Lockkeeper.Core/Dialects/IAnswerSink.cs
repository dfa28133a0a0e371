namespace Lockkeeper.Core.Dialects;

/// <summary>Is told an answer piece by piece, in the order the model says it. A reader of a dialect tells it; a writer of another listens, and filters stand between them.</summary>
/// <remarks>
/// <code>
///   Begin  ( Reasoning | Text | ToolCall Arguments* )*  ( End | Fail )
/// </code>
/// A whole answer is told in the same words as a stream. Pieces are spans of a buffer that is used again: who needs them later copies them. No piece is empty.
/// The pieces of a call's arguments follow its beginning; several calls come one behind the other, each with the next index, from 0.
/// </remarks>
internal interface IAnswerSink
{
    /// <summary>The engine has begun. Told once, before anything else but <see cref="Fail"/>.</summary>
    void Begin();

    void Reasoning(ReadOnlySpan<char> text);

    /// <summary>What proves that the reasoning so far was the model's; only Anthropic's API has it.</summary>
    void Signature(ReadOnlySpan<char> signature);

    void Text(ReadOnlySpan<char> text);

    /// <param name="index">From 0, in the order of the calls.</param>
    /// <param name="id">The engine's own; empty where it gives none.</param>
    /// <param name="name">Of the tool.</param>
    void ToolCall(int index, ReadOnlySpan<char> id, ReadOnlySpan<char> name);

    /// <summary>More of the JSON of a call's arguments.</summary>
    void Arguments(int index, ReadOnlySpan<char> json);

    /// <summary>The answer is whole. Nothing follows.</summary>
    void End(in AnswerEnd end);

    /// <summary>The engine broke the answer off and said why. Nothing follows.</summary>
    void Fail(AnswerFailure failure);
}

/// <summary>How an answer ended.</summary>
/// <param name="Finish">Why.</param>
/// <param name="Usage">The engine's counts; null where it gives none.</param>
internal readonly record struct AnswerEnd(AnswerFinish Finish, TokenUsage? Usage)
{
    /// <summary>Which of the client's stop texts ended it; null where that is not known.</summary>
    public string? StopText { get; init; }

    /// <summary>How long the engine took; null where it does not say.</summary>
    public EngineTimings? Timings { get; init; }
}

/// <summary>Why an answer ended.</summary>
internal enum AnswerFinish
{
    /// <summary>It was complete, or a stop text came.</summary>
    Stop,

    /// <summary>It had all the tokens it may have.</summary>
    Length,

    /// <summary>The model wants results of tools.</summary>
    ToolCalls,

    /// <summary>It was withheld.</summary>
    Filtered,
}

/// <param name="Prompt">Tokens of the prompt, those that were cached too.</param>
/// <param name="Completion">Tokens of the answer, reasoning included.</param>
internal readonly record struct TokenUsage(int Prompt, int Completion)
{
    /// <summary>Tokens of the prompt that had not to be computed again; null where the engine does not say.</summary>
    public int? Cached { get; init; }

    /// <summary>Tokens of the prompt that a cache took in, which clouds charge for; null where the engine does not say.</summary>
    public int? Written { get; init; }

    /// <summary>Tokens of the answer that were reasoning; null where the engine does not say.</summary>
    public int? Reasoning { get; init; }
}

/// <param name="Prompt">For the prompt.</param>
/// <param name="Generation">For the answer.</param>
internal readonly record struct EngineTimings(TimeSpan Prompt, TimeSpan Generation);

/// <summary>An error as an engine said it, in whatever dialect.</summary>
/// <param name="Status">HTTP status; within a stream the one its kind stands for.</param>
/// <param name="Code">The engine's word for it; null where it has none.</param>
/// <param name="Message">For people.</param>
internal sealed record AnswerFailure(int Status, string? Code, string Message);
