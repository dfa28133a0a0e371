namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>How a model writes its calls of tools, where its engine leaves them in the text.</summary>
internal enum ToolDialect
{
    /// <summary>Nothing is looked for: the engine tells calls apart itself.</summary>
    Off,

    /// <summary>Whichever of the others comes first.</summary>
    Auto,

    /// <summary><c>&lt;tool_call&gt;{"name": …, "arguments": {…}}&lt;/tool_call&gt;</c>; Hermes, Qwen and many others.</summary>
    Hermes,

    /// <summary><c>&lt;tool_call&gt;&lt;function=NAME&gt;&lt;parameter=P&gt;value&lt;/parameter&gt;&lt;/function&gt;&lt;/tool_call&gt;</c></summary>
    Qwen3Coder,

    /// <summary><c>&lt;|python_tag|&gt;{"name": …, "parameters": {…}}</c>, or an answer that is nothing but such an object.</summary>
    Llama3,

    /// <summary><c>[TOOL_CALLS][{"name": …, "arguments": {…}}]</c> or <c>[TOOL_CALLS]NAME[ARGS]{…}</c></summary>
    Mistral,

    /// <summary>Messages in the channel <c>commentary</c> to <c>functions.NAME</c>; gpt-oss.</summary>
    Harmony,
}
