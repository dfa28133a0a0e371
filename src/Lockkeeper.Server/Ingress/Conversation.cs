using System.Buffers;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Ollama;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Ingress;

/// <summary>A request, its model, and where its answer goes: what has to be known to choose how the engine is asked.</summary>
/// <param name="Route">The route.</param>
/// <param name="Model">The model.</param>
/// <param name="Peeked">The body, and its facts.</param>
/// <param name="Stream">Whether the answer is a stream.</param>
/// <param name="Output">Where it goes.</param>
/// <param name="Naming">What it is called.</param>
internal sealed record Conversation(InferRoute Route, ModelSpec Model, Peeked Peeked, bool Stream, IBufferWriter<byte> Output, AnswerNaming Naming)
{
    /// <summary>In which form an OpenAI client wants a stream.</summary>
    public StreamingFormat Format { get; init; }

    /// <summary>The times that Ollama's answers tell.</summary>
    public AnswerClock Clock { get; init; } = AnswerClock.Stopped;

    public ReadOnlySequence<byte> Body => Peeked.Body.Bytes;
}
