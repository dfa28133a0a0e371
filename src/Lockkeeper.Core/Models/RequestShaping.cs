using System.Collections.Immutable;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Core.Models;

/// <summary>How requests for a model are changed on their way to the engine.</summary>
internal sealed record RequestShaping
{
    public static readonly RequestShaping None = new();

    /// <summary>Members for requests that lack them.</summary>
    public JsonFields Defaults { get; init; } = JsonFields.None;

    /// <summary>Members for all requests.</summary>
    public JsonFields Set { get; init; } = JsonFields.None;

    /// <summary>Members that are taken out.</summary>
    public ImmutableArray<string> Strip { get; init; } = [];

    /// <summary>Bounds: a number for the most, <c>{"min":a,"max":b}</c> for both.</summary>
    public JsonFields Clamp { get; init; } = JsonFields.None;

    /// <summary>For requests without the key <c>chat_template_kwargs</c>.</summary>
    public JsonFields ChatTemplateKwargs { get; init; } = JsonFields.None;

    /// <summary>Whether requests that say nothing think; null for the model's own.</summary>
    public bool? Thinking { get; init; }

    /// <summary>Thinking is off below this many tokens of answer; null for never.</summary>
    public int? ThinkingOffBelow { get; init; }

    /// <summary>Most characters of text in a request; null for no limit.</summary>
    public int? MaxPromptChars { get; init; }
}
