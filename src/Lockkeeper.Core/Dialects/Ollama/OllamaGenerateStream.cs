using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>An answer of <c>/api/generate</c>, line by line.</summary>
internal sealed class OllamaGenerateStream(IBufferWriter<byte> output, AnswerNaming naming, AnswerClock clock) : OllamaStream(output, naming, clock)
{
    protected override void Piece(Utf8JsonWriter json, ReadOnlySpan<char> text, ReadOnlySpan<char> thought, GatheredCall? call) =>
        OllamaLines.Said(json, "response"u8, text, thought, call is null ? [] : [call]);
}
