namespace Lockkeeper.Core.Wire;

/// <summary>The API a client speaks. Its errors, its keep-alives and its answers follow it.</summary>
internal enum Dialect
{
    /// <summary><c>/v1/chat/completions</c> and its neighbours.</summary>
    OpenAi,

    /// <summary><c>/v1/responses</c>.</summary>
    Responses,

    /// <summary><c>/v1/messages</c>.</summary>
    Anthropic,

    /// <summary><c>/api/…</c>.</summary>
    Ollama,

    /// <summary><c>/v1/query</c>.</summary>
    Query,
}
