using Lockkeeper.LlamaCpp.Inference;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>What of a <c>POST /v1/chat/completions</c> body is understood. Everything else in it is ignored.</summary>
internal sealed record ChatRequest
{
    public required IReadOnlyList<Message> Messages { get; init; }

    public required bool Stream { get; init; }

    /// <summary>A last chunk with the token counts.</summary>
    public required bool IncludeUsage { get; init; }

    public required Sampling Sampling { get; init; }

    public required int? MaxTokens { get; init; }

    public required IReadOnlyList<byte[]> Stops { get; init; }
}
