using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>An answer as <c>text_completion</c>.</summary>
/// <param name="id">The answer's id.</param>
/// <param name="model">The model's id.</param>
/// <param name="created">When the request came, in Unix seconds.</param>
/// <param name="echo">UTF-8 that stands before the text: the prompt, where the client wants it back.</param>
internal sealed class CompletionAnswer(string id, string model, long created, ReadOnlyMemory<byte> echo) : Answer(id, model, created)
{
    protected override string Kind => "text_completion";

    protected override string ChunkKind => "text_completion";

    public override bool HasStart => !echo.IsEmpty;

    public override void WriteStart(Utf8JsonWriter json, bool withUsage) => WriteChunk(json, echo.Span, withUsage);

    protected override void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text) => json.WriteString("text"u8, [.. echo.Span, .. text]);

    protected override void WriteDelta(Utf8JsonWriter json, ReadOnlySpan<byte> text) => json.WriteString("text"u8, text);
}
