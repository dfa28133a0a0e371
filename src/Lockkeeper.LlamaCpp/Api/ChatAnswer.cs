using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Api;

/// <summary>An answer as <c>chat.completion</c>. What the model writes stays text, calls of tools too: whoever asked knows how its model writes them.</summary>
internal sealed class ChatAnswer(string id, string model, long created) : Answer(id, model, created)
{
    protected override string Kind => "chat.completion";

    protected override string ChunkKind => "chat.completion.chunk";

    public override bool HasStart => true;

    /// <summary>The first chunk says who speaks.</summary>
    public override void WriteStart(Utf8JsonWriter json, bool withUsage)
    {
        StartChunk(json);
        json.WriteStartObject("delta"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, ""u8);
        json.WriteEndObject();
        EndChunk(json, null, withUsage);
        json.WriteEndObject();
    }

    protected override void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
    }

    protected override void WriteDelta(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        json.WriteStartObject("delta"u8);
        if (text.Length > 0)
        {
            json.WriteString("content"u8, text);
        }

        json.WriteEndObject();
    }
}
