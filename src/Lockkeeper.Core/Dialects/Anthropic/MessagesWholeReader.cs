using System.Text.Json;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>Reads a whole message of Anthropic's, or the error that came in its place.</summary>
internal static class MessagesWholeReader
{
    public static void Read(ReadOnlySpan<byte> json, IAnswerSink sink)
    {
        try
        {
            var reader = MessagesEvent.ReaderOf(json);
            using var document = JsonDocument.ParseValue(ref reader);
            Tell(document.RootElement, json, sink);
        }
        catch (JsonException)
        {
            throw new InvalidDataException("an answer that is not JSON");
        }
        catch (InvalidOperationException)
        {
            throw new InvalidDataException("an answer with a field whose name is not valid Unicode");
        }
    }

    /// <summary>An error in the place of an event or an answer. Its kind says the status, and being too busy has one that others lack.</summary>
    public static AnswerFailure FailureOf(ReadOnlySpan<byte> json)
    {
        var failure = EngineError.ReadStreamed(json);
        return failure with { Status = MessagesStopReason.StatusOf(failure.Code) ?? failure.Status };
    }

    private static void Tell(JsonElement root, ReadOnlySpan<byte> json, IAnswerSink sink)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out _) && PieceReader.Whole(root, "type") is "error" or null)
        {
            sink.Fail(FailureOf(json));
            return;
        }

        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException("an answer without 'content'");
        }

        sink.Begin();
        var calls = 0;
        foreach (var block in content.EnumerateArray().Where(block => block.ValueKind == JsonValueKind.Object))
        {
            Tell(block, ref calls, sink);
        }

        var usage = default(MessagesUsage);
        var reader = MessagesEvent.ReaderOf(MessagesEvent.Of(json).Usage);
        if (root.TryGetProperty("usage", out _) && reader.Read())
        {
            usage.Read(ref reader);
        }

        sink.End(new AnswerEnd(MessagesStopReason.Parse(PieceReader.Whole(root, "stop_reason")), usage.Told) { StopText = PieceReader.Whole(root, "stop_sequence") });
    }

    private static void Tell(JsonElement block, ref int calls, IAnswerSink sink)
    {
        switch (PieceReader.Whole(block, "type"))
        {
            case "text" when PieceReader.Whole(block, "text") is { Length: > 0 } text:
                sink.Text(text);
                break;
            case "thinking":
                if (PieceReader.Whole(block, "thinking") is { Length: > 0 } thought)
                {
                    sink.Reasoning(thought);
                }

                if (PieceReader.Whole(block, "signature") is { Length: > 0 } signature)
                {
                    sink.Signature(signature);
                }

                break;
            case "redacted_thinking" when PieceReader.Whole(block, "data") is { Length: > 0 } hidden:
                sink.Signature(MessagesBlocks.Redacted + hidden);
                break;
            case "tool_use":
                sink.ToolCall(calls, PieceReader.Whole(block, "id") ?? "", PieceReader.Whole(block, "name") ?? "");
                sink.Arguments(calls++, PieceReader.Whole(block, "input") is { Length: > 0 } broken ? broken : block.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.Object ? input.GetRawText() : "{}");
                break;
        }
    }
}
