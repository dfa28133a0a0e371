using System.Buffers;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Server.Forwarding;

/// <summary>How an engine's answer becomes the client's. One a request; a request that is tried again asks it for another stage.</summary>
internal abstract class AnswerForm
{
    /// <summary>Of the JSON values and streams that it makes; null where the engine's own bytes, with its own headers, are the answer.</summary>
    public virtual string? ContentType => null;

    /// <summary>The stage that the bytes of an answer pass; null where they pass as they are.</summary>
    /// <param name="engine">The content type that the engine gave them.</param>
    /// <param name="output">Where the answer goes.</param>
    /// <param name="hasWaited">Whether the client was told something before.</param>
    public abstract IBodyStage? Stage(string? engine, IBufferWriter<byte> output, bool hasWaited);

    /// <summary>How the JSON values of an answer follow each other; null for what is no JSON.</summary>
    public static BodyFraming? FramingOf(string? mediaType) => mediaType?.ToLowerInvariant() switch
    {
        "text/event-stream" => BodyFraming.Events,
        "application/x-ndjson" or "application/jsonl" => BodyFraming.Lines,
        JsonVoice.MediaType => BodyFraming.Whole,
        _ => null,
    };
}

/// <summary>Whatever the engine answers.</summary>
internal sealed class UntouchedForm : AnswerForm
{
    public static readonly UntouchedForm Instance = new();

    public override IBodyStage? Stage(string? engine, IBufferWriter<byte> output, bool hasWaited) => null;
}

/// <summary>The engine speaks the client's dialect: its own bytes, but for the model's name.</summary>
/// <param name="asked">What the client calls the model.</param>
/// <param name="continued">Takes up a stream that has begun in another's name; null where there is nothing to take up.</param>
internal sealed class PassedForm(string asked, Func<IBodyStage>? continued = null) : AnswerForm
{
    /// <summary>Whether a stream of it says where it ends, so that one which does not has been cut.</summary>
    public bool HasEnd { get; init; }

    public override IBodyStage? Stage(string? engine, IBufferWriter<byte> output, bool hasWaited) =>
        FramingOf(engine) is not { } framing ? null
        : hasWaited && continued is not null ? new TwoStages(continued(), new ModelRewriter(framing, asked))
        : new ModelRewriter(framing, asked);
}

/// <summary>The engine speaks another dialect, or leaves to us what it should have done itself: its answer is read, and written anew.</summary>
/// <param name="engine">The engine's dialect.</param>
/// <param name="contentType">Of what is written.</param>
/// <param name="write">Makes the one who writes it.</param>
internal sealed class ToldForm(IEngineDialect engine, string contentType, Func<IBufferWriter<byte>, IAnswerSink> write) : AnswerForm
{
    public override string ContentType => contentType;

    /// <remarks>An engine that was asked for a stream and gives one JSON value, or the other way round, is understood all the same.</remarks>
    public override IBodyStage Stage(string? engineType, IBufferWriter<byte> output, bool hasWaited)
    {
        var sink = write(output);
        return FramingOf(engineType) is BodyFraming.Events or BodyFraming.Lines ? new ReadStage(engine.ReadStream(sink)) : new GatheredStage((json, _) => engine.ReadWhole(json, sink));
    }
}

/// <summary>The engine's answer is one JSON value that is written anew as another.</summary>
/// <param name="convert">Writes it.</param>
internal sealed class ConvertedForm(GatheredStage.Convert convert) : AnswerForm
{
    public override string ContentType => JsonVoice.MediaType;

    public override IBodyStage Stage(string? engine, IBufferWriter<byte> output, bool hasWaited) => new GatheredStage(convert);
}
