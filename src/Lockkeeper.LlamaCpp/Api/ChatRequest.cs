using Lockkeeper.LlamaCpp.Templates;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>What of a <c>POST /v1/chat/completions</c> body is understood. Everything else in it is ignored.</summary>
/// <param name="Conversation">What is said, and with which tools.</param>
/// <param name="Generation">How to go on with it.</param>
/// <param name="Grammar">What the answer has to look like; null for anything.</param>
internal sealed record ChatRequest(Conversation Conversation, GenerationFields Generation, string? Grammar);
