namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>How a model marks its reasoning, where its engine leaves it in the text.</summary>
internal enum ReasoningFormat
{
    /// <summary>Nothing is looked for: the engine tells reasoning apart itself, or the model does not think.</summary>
    None,

    /// <summary>In <c>&lt;think&gt;</c>, <c>&lt;thinking&gt;</c> or <c>[THINK]</c> at the start of the answer.</summary>
    Think,

    /// <summary>In channels: <c>&lt;|channel|&gt;analysis&lt;|message|&gt;…&lt;|end|&gt;</c>; gpt-oss.</summary>
    Harmony,

    /// <summary>Whichever of the others the answer begins with.</summary>
    Auto,
}
