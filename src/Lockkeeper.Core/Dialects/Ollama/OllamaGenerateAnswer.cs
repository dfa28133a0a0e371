using System.Buffers;
using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>A whole answer of <c>/api/generate</c>.</summary>
internal sealed class OllamaGenerateAnswer(IBufferWriter<byte> output, AnswerNaming naming, AnswerClock clock) : OllamaAnswer(output, naming, clock)
{
    protected override void Members(Utf8JsonWriter json) => Said(json, "response"u8);
}
