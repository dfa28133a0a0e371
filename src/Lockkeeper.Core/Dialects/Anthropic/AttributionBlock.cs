using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Anthropic;

/// <summary>
/// The line that Claude Code puts before everything else the system says: who it is, for the bill. A part of it changes with each request, and engines that keep what they have read of a prompt
/// would have to read all of it again each time.
/// </summary>
internal static class AttributionBlock
{
    private const string Mark = "x-anthropic-billing-header:";

    private static ReadOnlySpan<byte> MarkBytes => "x-anthropic-billing-header:"u8;

    /// <summary>A text of the system without that line.</summary>
    public static string Without(string text)
    {
        if (!text.StartsWith(Mark, StringComparison.Ordinal))
        {
            return text;
        }

        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? "" : text[(end + 1)..];
    }

    /// <summary>The places of a request that must go for the line to be gone, for an engine that is sent the request as it came. A body that is no JSON object has none.</summary>
    public static IReadOnlyList<(ByteRange Range, ReadOnlyMemory<byte> Replacement)> Edits(in ReadOnlySequence<byte> body)
    {
        var options = new JsonReaderOptions { MaxDepth = BodyPeek.MaxDepth };
        var reader = body.IsSingleSegment ? new Utf8JsonReader(body.FirstSpan, options) : new Utf8JsonReader(body, options);
        List<(ByteRange, ReadOnlyMemory<byte>)> edits = [];
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                var isSystem = JsonName.Is(reader, "system"u8);
                reader.Read();
                if (!isSystem)
                {
                    reader.Skip();
                }
                else if (reader.TokenType == JsonTokenType.String)
                {
                    if (Line(ref reader) is { } line)
                    {
                        edits.Add((line.Range, default));
                    }
                }
                else if (reader.TokenType == JsonTokenType.StartArray)
                {
                    Blocks(ref reader, edits);
                }
            }

            return edits;
        }
        catch (JsonException)
        {
            return []; // refused elsewhere, with its line
        }
    }

    private static void Blocks(ref Utf8JsonReader reader, List<(ByteRange, ReadOnlyMemory<byte>)> edits)
    {
        long? keptEnd = null;
        ByteRange? gone = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = reader.TokenStartIndex;
            var line = LineOf(ref reader);
            if (line is { IsAll: true })
            {
                // The comma before it goes with it; with none before, the one behind.
                var from = gone?.Start ?? keptEnd ?? start;
                gone = new ByteRange(from, reader.BytesConsumed - from);
                continue;
            }

            if (gone is { } run)
            {
                edits.Add((keptEnd is null ? run with { Length = start - run.Start } : run, default));
                gone = null;
            }

            if (line is { } first)
            {
                edits.Add((first.Range, default));
            }

            keptEnd = reader.BytesConsumed;
        }

        if (gone is { } last)
        {
            edits.Add((last, default));
        }
    }

    /// <summary>The line in a block; the reader stands behind it afterwards.</summary>
    private static (ByteRange Range, bool IsAll)? LineOf(ref Utf8JsonReader reader)
    {
        (ByteRange, bool)? line = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return line;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isText = JsonName.Is(reader, "text"u8);
            reader.Read();
            line = isText && reader.TokenType == JsonTokenType.String ? Line(ref reader) : line;
            reader.Skip();
        }

        return line;
    }

    /// <summary>The line in a string, with its end, as it stands in the body.</summary>
    private static (ByteRange Range, bool IsAll)? Line(ref Utf8JsonReader reader)
    {
        var text = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        if (!text.StartsWith(MarkBytes))
        {
            return null;
        }

        var start = reader.TokenStartIndex + 1;
        for (var at = text.IndexOf((byte)'\\'); at >= 0 && at < text.Length;)
        {
            var length = text[at + 1] == 'u' ? 6 : 2;
            if (text[at + 1] == 'n' || text.Slice(at, length).SequenceEqual("\\u000a"u8) || text.Slice(at, length).SequenceEqual("\\u000A"u8))
            {
                return (new ByteRange(start, at + length), at + length == text.Length);
            }

            at += length;
            var next = text[at..].IndexOf((byte)'\\');
            at = next < 0 ? -1 : at + next;
        }

        return (new ByteRange(start, text.Length), true);
    }
}
