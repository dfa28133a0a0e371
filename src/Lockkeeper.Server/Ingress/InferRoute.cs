using System.Collections.Immutable;
using Lockkeeper.Core.Dialects.Query;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Ingress;

/// <summary>A route that asks a model for something.</summary>
/// <param name="Path">Of the client.</param>
/// <param name="Dialect">Whose route it is.</param>
/// <param name="Needs">What a model must be able to do.</param>
internal sealed record InferRoute(string Path, Dialect Dialect, Capability Needs)
{
    /// <summary>What the engine's route is called where it speaks the dialect.</summary>
    public string EnginePath { get; init; } = Path;

    /// <summary>What an engine must speak for the request to be passed on as it is.</summary>
    public EngineDialect Native { get; init; }

    /// <summary>What the request is, where it can be said in another dialect too.</summary>
    public RouteKind Kind { get; init; }

    /// <summary>Whether an answer is a stream unless the client says otherwise.</summary>
    public bool StreamsByDefault { get; init; }

    /// <summary>Whether its API has streams at all.</summary>
    public bool HasStreams => Dialect != Dialect.Query;

    /// <summary>The model of a request that names none; null where it must name one.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>Whether an answer that is no stream is one JSON value.</summary>
    public bool IsJson => Needs is not Capability.Speech;

    /// <summary>Whether the answer has a length.</summary>
    public bool IsGeneration => Needs is Capability.Chat or Capability.Completion or Capability.Infill;
}

/// <summary>What kind of request a route takes, as far as the way to the engine depends on it.</summary>
internal enum RouteKind
{
    /// <summary>Passed on as it is.</summary>
    Bytes,

    /// <summary>A chat, in whatever dialect.</summary>
    Chat,

    /// <summary>Ollama's <c>/api/generate</c>: a chat, or the raw completion of a text.</summary>
    Generate,

    /// <summary>Ollama's <c>/api/embed</c>.</summary>
    Embed,

    /// <summary>Ollama's older <c>/api/embeddings</c>.</summary>
    OldEmbed,

    /// <summary>How many tokens a chat has.</summary>
    CountTokens,

    /// <summary>A form with files in it.</summary>
    Form,
}

/// <summary>The routes there are.</summary>
internal static class InferRoutes
{
    public const string Chat = "/v1/chat/completions";
    public const string Embeddings = "/v1/embeddings";

    public static ImmutableArray<InferRoute> All { get; } =
    [
        new(Chat, Dialect.OpenAi, Capability.Chat) { Kind = RouteKind.Chat },
        OpenAi("/v1/completions", Capability.Completion),
        OpenAi(Embeddings, Capability.Embedding),
        OpenAi("/v1/rerank", Capability.Rerank),
        OpenAi("/v2/rerank", Capability.Rerank) with { EnginePath = "/v1/rerank" },
        OpenAi("/rerank", Capability.Rerank) with { EnginePath = "/v1/rerank" },
        OpenAi("/v1/audio/speech", Capability.Speech),
        OpenAi("/v1/images/generations", Capability.Image),
        OpenAi("/infill", Capability.Infill),
        OpenAi("/tokenize", Capability.Tokenize),
        OpenAi("/detokenize", Capability.Tokenize),
        OpenAi("/v1/audio/transcriptions", Capability.Transcription) with { Kind = RouteKind.Form },
        OpenAi("/v1/audio/translations", Capability.Transcription) with { Kind = RouteKind.Form },
        OpenAi("/v1/images/edits", Capability.ImageEdit) with { Kind = RouteKind.Form },
        new("/v1/responses", Dialect.Responses, Capability.Chat) { Kind = RouteKind.Chat, Native = EngineDialect.Responses },
        new("/v1/messages", Dialect.Anthropic, Capability.Chat) { Kind = RouteKind.Chat, Native = EngineDialect.Anthropic },
        new("/v1/messages/count_tokens", Dialect.Anthropic, Capability.Chat) { Kind = RouteKind.CountTokens, Native = EngineDialect.Anthropic },
        Ollama("/api/chat", Capability.Chat, RouteKind.Chat) with { StreamsByDefault = true },
        Ollama("/api/generate", Capability.Chat, RouteKind.Generate) with { StreamsByDefault = true },
        Ollama("/api/embed", Capability.Embedding, RouteKind.Embed),
        Ollama("/api/embeddings", Capability.Embedding, RouteKind.OldEmbed),
        new("/v1/query", Dialect.Query, Capability.Chat) { Kind = RouteKind.Chat, DefaultModel = QueryRequestReader.DefaultModel },
    ];

    private static InferRoute OpenAi(string path, Capability needs) => new(path, Dialect.OpenAi, needs);

    private static InferRoute Ollama(string path, Capability needs, RouteKind kind) => new(path, Dialect.Ollama, needs) { Kind = kind, Native = EngineDialect.Ollama };
}
