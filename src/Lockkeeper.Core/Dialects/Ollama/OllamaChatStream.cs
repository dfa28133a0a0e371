using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>An answer of <c>/api/chat</c>, line by line.</summary>
internal sealed class OllamaChatStream(IBufferWriter<byte> output, AnswerNaming naming, AnswerClock clock) : OllamaStream(output, naming, clock)
{
    protected override void Piece(Utf8JsonWriter json, ReadOnlySpan<char> text, ReadOnlySpan<char> thought, GatheredCall? call)
    {
        OllamaLines.BeginMessage(json);
        OllamaLines.Said(json, "content"u8, text, thought, call is null ? [] : [call]);
        json.WriteEndObject();
    }
}
