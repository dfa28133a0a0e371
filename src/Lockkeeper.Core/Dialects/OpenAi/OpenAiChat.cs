using System.Buffers;

namespace Lockkeeper.Core.Dialects.OpenAi;

/// <summary>A chat that was asked for in OpenAI's dialect.</summary>
internal sealed class OpenAiChat(ChatTurn turn) : ClientChat(turn)
{
    /// <summary>Whether a stream comes as lines of JSON instead of events.</summary>
    public bool Lines { get; init; }

    /// <summary>Whether a stream of events tells what it waits for as reasoning.</summary>
    public bool ThinksAloud { get; init; }

    public override IClientStream ToStream(IBufferWriter<byte> output, AnswerNaming naming) =>
        Lines ? new ChatLines(output, naming, Turn.IncludeUsage) : new ChatStream(output, naming, Turn.IncludeUsage, ThinksAloud);

    public override IAnswerSink ToWhole(IBufferWriter<byte> output, AnswerNaming naming) => new ChatAnswer(output, naming);
}
