using System.Collections.Immutable;

namespace Lockkeeper.Core.Dialects;

/// <summary>
/// What a client asks in a chat, in whatever dialect: the one shape that every reader of requests makes and every writer takes, so that no dialect needs to know another.
/// </summary>
/// <remarks>A null, or an empty list, is what the client did not say; it is left to the engine and never filled with a default here.</remarks>
internal sealed record ChatTurn
{
    /// <summary>The model, by the name the client used.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the answer is to come piece by piece.</summary>
    public bool Stream { get; init; }

    /// <summary>The conversation, oldest first; what the system says is a message of it.</summary>
    public ImmutableArray<ChatMessage> Messages { get; init; } = [];

    /// <summary>What the model may call.</summary>
    public ImmutableArray<ToolSpec> Tools { get; init; } = [];

    public ToolChoice? ToolChoice { get; init; }

    /// <summary>Whether it may call several at once.</summary>
    public bool? ParallelToolCalls { get; init; }

    public Sampling Sampling { get; init; } = Sampling.None;

    /// <summary>Texts that end the answer.</summary>
    public ImmutableArray<string> Stop { get; init; } = [];

    /// <summary>The most tokens of answer; null for as many as the engine likes.</summary>
    public long? MaxTokens { get; init; }

    public AnswerFormat? Format { get; init; }

    public Thinking? Thinking { get; init; }

    /// <summary>Whether a stream ends with the counts of tokens. Engines are always asked for them; this says whether an OpenAI client gets to see them.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>Variables of the chat template, as a JSON object (<c>chat_template_kwargs</c>); null for none.</summary>
    public string? TemplateKwargs { get; init; }

    /// <summary>Whether what the system says is to be kept in the engine's cache; said only to engines that want to be told, as Anthropic's does. Others find out what they have read before.</summary>
    public bool CachesSystem { get; init; }

    /// <summary>The beginning of the answer, which the model is to go on with; null for none. It is the last message of the assistant, with nothing behind it.</summary>
    public bool ContinuesLastMessage { get; init; }
}

/// <summary>One message of a chat.</summary>
/// <param name="Role">Who says it.</param>
/// <param name="Parts">What is said, in order; empty for a message that says nothing.</param>
internal sealed record ChatMessage(ChatRole Role, ImmutableArray<ChatPart> Parts)
{
    public bool Equals(ChatMessage? other) => other is not null && Role == other.Role && Parts.AsSpan().SequenceEqual(other.Parts.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Role, Parts.Length);
}

/// <summary>Who speaks in a chat.</summary>
internal enum ChatRole
{
    /// <summary>Also OpenAI's <c>developer</c>.</summary>
    System,
    User,
    Assistant,

    /// <summary>A tool that was called: its message has one <see cref="ChatPart.ToolResult"/> for each call it answers.</summary>
    Tool,
}

/// <summary>What a message is made of.</summary>
internal abstract record ChatPart
{
    private ChatPart()
    {
    }

    public sealed record Text(string Value) : ChatPart;

    /// <summary>An image, or a document that is shown as images.</summary>
    /// <param name="Url">A <c>data:</c> URI, or the address of somebody else's file.</param>
    /// <param name="Detail">OpenAI's <c>low</c>, <c>high</c> or <c>auto</c>; null where nobody says.</param>
    /// <param name="FileName">Of a document; null for an image.</param>
    public sealed record Media(string Url, string? Detail = null, string? FileName = null) : ChatPart
    {
        /// <summary>Where it stands in what the client wrote, as in <c>messages[0].content[1]</c>. The same image elsewhere is the same to a model, so it counts for nothing when two are compared.</summary>
        public string? Place { get; init; }

        public bool Equals(Media? other) => other is not null && Url == other.Url && Detail == other.Detail && FileName == other.FileName;

        public override int GetHashCode() => HashCode.Combine(Url, Detail, FileName);

        public override string ToString() => $"{nameof(Media)} {{ Url = {Url}, Detail = {Detail}, FileName = {FileName} }}";
    }

    /// <summary>What the model thought before it answered.</summary>
    /// <param name="Value">Its words; empty where they are hidden in the signature.</param>
    /// <param name="Signature">Proof that it was the model; only its maker can check it. Null for none.</param>
    public sealed record Reasoning(string Value, string? Signature = null) : ChatPart;

    /// <param name="Id">By which the result will name it; made up by the reader where a dialect has none.</param>
    /// <param name="Name">Of the tool.</param>
    /// <param name="Arguments">A JSON object, as text. What a model wrote instead of one is kept as it is.</param>
    public sealed record ToolCall(string Id, string Name, string Arguments) : ChatPart;

    /// <param name="CallId">The call it answers.</param>
    /// <param name="Name">Of the tool; null where the dialect does not say and no call of that id is in the conversation.</param>
    /// <param name="Content">Texts and images.</param>
    /// <param name="IsError">Whether the call failed.</param>
    public sealed record ToolResult(string CallId, string? Name, ImmutableArray<ChatPart> Content, bool IsError = false) : ChatPart
    {
        public bool Equals(ToolResult? other) => other is not null && CallId == other.CallId && Name == other.Name && IsError == other.IsError && Content.AsSpan().SequenceEqual(other.Content.AsSpan());

        public override int GetHashCode() => HashCode.Combine(CallId, Name, Content.Length, IsError);
    }
}

/// <summary>A function the model may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does; null where nobody says.</param>
/// <param name="Parameters">JSON schema of its arguments, as text; null for none.</param>
/// <param name="Strict">Whether the arguments must fit the schema exactly; null where nobody says.</param>
internal sealed record ToolSpec(string Name, string? Description, string? Parameters, bool? Strict = null);

/// <summary>Whether and what the model has to call.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Name">The tool, for <see cref="ToolChoiceKind.Named"/>; else null.</param>
internal sealed record ToolChoice(ToolChoiceKind Kind, string? Name = null);

internal enum ToolChoiceKind
{
    Auto,
    None,

    /// <summary>Any, but one it must.</summary>
    Required,

    /// <summary>This one.</summary>
    Named,
}

/// <summary>How the next token is chosen. Null is the engine's own default.</summary>
internal sealed record Sampling
{
    public static readonly Sampling None = new();

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public long? TopK { get; init; }

    public double? MinP { get; init; }

    public long? Seed { get; init; }

    public double? FrequencyPenalty { get; init; }

    public double? PresencePenalty { get; init; }

    public double? RepeatPenalty { get; init; }
}

/// <summary>The form the answer must have.</summary>
/// <param name="Schema">A JSON schema, as text; null for any JSON object.</param>
/// <param name="Name">Name of the schema; null for none.</param>
/// <param name="Strict">Whether it must fit exactly; null where nobody says.</param>
internal sealed record AnswerFormat(string? Schema = null, string? Name = null, bool? Strict = null);

/// <summary>What the client wants of the model's reasoning.</summary>
/// <param name="Enabled">Whether it may think.</param>
/// <param name="Effort">How much, as OpenAI says it (<c>none, minimal, low, medium, high, xhigh</c>); null where nobody says.</param>
/// <param name="Budget">The most tokens of it, as Anthropic says it; null where nobody says.</param>
internal sealed record Thinking(bool Enabled, string? Effort = null, long? Budget = null);
