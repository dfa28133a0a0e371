namespace Lockkeeper.Core.Config;

/// <summary>One call of an engine's control API.</summary>
internal sealed record ControlCallConfig
{
    /// <summary>HTTP method.</summary>
    /// <value>Default <c>POST</c>.</value>
    public string? Method { get; init; }

    /// <summary>Path and query, with the placeholders of commands in it.</summary>
    public string? Path { get; init; }

    /// <summary>JSON body, with placeholders in its texts. A text that is one placeholder and nothing else becomes a number where its value is one; a member whose placeholder has no value is left out.</summary>
    /// <value>Default: none.</value>
    public JsonFields? Body { get; init; }
}
