using System.Buffers;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;

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
}

/// <summary>How an engine is asked: what it is sent before the model's shape is applied, and what becomes of its answer.</summary>
internal sealed record Plan
{
    /// <summary>The client's own bytes, or what they were translated to.</summary>
    public required ReadOnlySequence<byte> Body { get; init; }

    /// <summary>Where things stand in it.</summary>
    public required BodyPeek Facts { get; init; }

    /// <summary>The engine's route.</summary>
    public required string Path { get; init; }

    /// <summary>The dialect the body is in.</summary>
    public required EngineDialect Engine { get; init; }

    public required AnswerForm Answer { get; init; }

    /// <summary>The client's dialect.</summary>
    public required Dialect Client { get; init; }

    /// <summary>Whether the body is the client's own.</summary>
    public bool IsNative { get; init; }

    public bool Stream { get; init; }

    /// <summary>Whether the engine must not compress its answer.</summary>
    public bool IsPlain { get; init; }

    public IClientVoice? Voice { get; init; }

    /// <summary>Whether it is a chat as OpenAI has it: only those have templates, and parts whose media are looked at.</summary>
    public bool IsOpenAiChat => Path == InferRoutes.Chat;

    /// <summary>The plan with its final body.</summary>
    public Passage Passage(EngineBody body) => new(Path, body, Answer) { Stream = Stream, IsNative = IsNative, IsPlain = IsPlain, Dialect = Client };
}
