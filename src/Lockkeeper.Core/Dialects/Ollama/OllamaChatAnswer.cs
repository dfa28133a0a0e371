using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>A whole answer of <c>/api/chat</c>.</summary>
internal sealed class OllamaChatAnswer(IBufferWriter<byte> output, AnswerNaming naming, AnswerClock clock) : OllamaAnswer(output, naming, clock)
{
    protected override void Members(Utf8JsonWriter json)
    {
        OllamaLines.BeginMessage(json);
        Said(json, "content"u8);
        json.WriteEndObject();
    }
}
