namespace Lockkeeper.Core.Config;

/// <summary>How an engine tells which models it has, and which are loaded.</summary>
internal sealed record ListConfig
{
    /// <summary>Path of the list.</summary>
    public string? Path { get; init; }

    /// <summary>Where in the answer the array is: a member's name, with dots for nesting; an answer that is an array, or one object, is taken as it is.</summary>
    /// <value>Default <c>data</c>.</value>
    public string? Models { get; init; }

    /// <summary>Member of an entry that holds the model's name.</summary>
    /// <value>Default <c>id</c>.</value>
    public string? Name { get; init; }

    /// <summary>What an entry of a loaded model says, as in <c>state == loaded</c>.</summary>
    /// <value>Default: nothing; what is listed is loaded.</value>
    public string? Loaded { get; init; }

    /// <summary>Member of an entry that names the loaded instance, which is what <c>unload</c> must be told as <c>{instance}</c>; with dots, and <c>[0]</c> for the first of a list.</summary>
    /// <value>Default: the same as <c>name</c>.</value>
    public string? Instance { get; init; }
}
