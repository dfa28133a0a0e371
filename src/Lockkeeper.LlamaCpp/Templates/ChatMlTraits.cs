namespace Lockkeeper.LlamaCpp.Templates;

/// <summary>In what one ChatML template differs from another, as far as its source shows it.</summary>
internal sealed record ChatMlTraits
{
    private const string QwenSystem = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";

    /// <summary>What a template of Qwen's has, for models that carry none.</summary>
    public static ChatMlTraits Qwen { get; } = new() { TakesTools = true, JoinsToolResults = true, SwitchesThinking = false, DropsThoughts = true };

    /// <summary>It lists tools in the system message, and calls of them are JSON between tags: the format of Hermes and Qwen.</summary>
    public bool TakesTools { get; init; }

    /// <summary>Results of several calls share one turn; else each has its own.</summary>
    public bool JoinsToolResults { get; init; }

    /// <summary>An empty thought, written for the model, keeps it from thinking.</summary>
    public bool SwitchesThinking { get; init; }

    /// <summary>What the assistant thought in earlier turns is left out.</summary>
    public bool DropsThoughts { get; init; }

    /// <summary>What stands in for a missing system message.</summary>
    public string? DefaultSystem { get; init; }

    public static ChatMlTraits Of(string source) => new()
    {
        // By sentences, not by tags: Qwen's coders use the same tags around a format of their own.
        TakesTools = Has(source, "You may call one or more functions to assist with the user query") && Has(source, "<args-json-object>"),
        JoinsToolResults = Has(source, "!= \"tool\"") || Has(source, "!= 'tool'"),
        SwitchesThinking = Has(source, "enable_thinking"),
        DropsThoughts = Has(source, ".split('</think>')"),
        DefaultSystem = Has(source, QwenSystem) ? QwenSystem : null,
    };

    private static bool Has(string source, string words) => source.Contains(words, StringComparison.Ordinal);
}
