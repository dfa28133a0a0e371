using System.Buffers;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>A chat that was asked for in Ollama's dialect.</summary>
internal sealed class OllamaChat(ChatTurn turn, OllamaSurface surface) : ClientChat(turn)
{
    /// <summary>The times that the answer tells; to be set before it is written.</summary>
    public AnswerClock Clock { get; set; } = AnswerClock.Stopped;

    public override IClientStream ToStream(IBufferWriter<byte> output, AnswerNaming naming) =>
        surface == OllamaSurface.Chat ? new OllamaChatStream(output, naming, Clock) : new OllamaGenerateStream(output, naming, Clock);

    public override IAnswerSink ToWhole(IBufferWriter<byte> output, AnswerNaming naming) =>
        surface == OllamaSurface.Chat ? new OllamaChatAnswer(output, naming, Clock) : new OllamaGenerateAnswer(output, naming, Clock);
}
