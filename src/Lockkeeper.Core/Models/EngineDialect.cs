namespace Lockkeeper.Core.Models;

/// <summary>An API that an engine speaks natively; requests in it are passed on as bytes.</summary>
internal enum EngineDialect
{
    /// <summary><c>/v1/chat/completions</c> and its neighbours.</summary>
    Openai,

    /// <summary><c>/v1/responses</c>.</summary>
    Responses,

    /// <summary><c>/v1/messages</c>.</summary>
    Anthropic,

    /// <summary><c>/api/chat</c>, <c>/api/generate</c> and their neighbours.</summary>
    Ollama,
}
