using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>
/// What a client of an Ollama says of how long and with which context its model is loaded. Each <c>num_ctx</c> that differs from the last makes the daemon load the model anew, and each
/// <c>keep_alive</c> decides when it goes: both are for the one who shares the machine among all clients to say, who unloads a model that is to stay for less. The daemon does not tell capital letters from small ones.
/// </summary>
/// <param name="KeepAlive">The value of <c>keep_alive</c>, as JSON.</param>
/// <param name="ContextLength">Tokens of context the model is loaded with; null for the daemon's own.</param>
internal readonly record struct OllamaResidency(string KeepAlive, int? ContextLength)
{
    private const int MaxDepth = 256;

    /// <summary>The places of a request that must say something else, and what. A body that is no JSON object has none.</summary>
    /// <param name="body">A complete body.</param>
    /// <param name="isNative">Whether it is of Ollama's own API, where a request without <c>num_ctx</c> asks for the default, and has the model loaded anew for it.</param>
    public IReadOnlyList<(ByteRange Range, ReadOnlyMemory<byte> Replacement)> Edits(in ReadOnlySequence<byte> body, bool isNative)
    {
        List<(ByteRange, ReadOnlyMemory<byte>)> edits = [];
        var options = new JsonReaderOptions { MaxDepth = MaxDepth };
        var reader = body.IsSingleSegment ? new Utf8JsonReader(body.FirstSpan, options) : new Utf8JsonReader(body, options);
        try
        {
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                Members(ref reader, isNative, edits);
            }

            return edits;
        }
        catch (JsonException)
        {
            return []; // refused elsewhere, with its line
        }
    }

    private void Members(ref Utf8JsonReader reader, bool isNative, List<(ByteRange, ReadOnlyMemory<byte>)> edits)
    {
        var inside = reader.BytesConsumed;
        var hasOptions = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonName.IsInAnyCase(reader, "keep_alive"u8))
            {
                edits.Add((Value(ref reader), Encoding.UTF8.GetBytes(KeepAlive)));
            }
            else if (JsonName.IsInAnyCase(reader, "options"u8))
            {
                hasOptions = true;
                Options(ref reader, isNative, edits);
            }
            else
            {
                reader.Skip();
            }
        }

        if (isNative && !hasOptions && ContextLength is { } tokens)
        {
            edits.Insert(0, (new ByteRange(inside, 0), Text($"\"options\":{{\"num_ctx\":{tokens}}},")));
        }
    }

    private void Options(ref Utf8JsonReader reader, bool isNative, List<(ByteRange, ReadOnlyMemory<byte>)> edits)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            OptionsInObject(ref reader, isNative, edits);
            return;
        }

        var start = reader.TokenStartIndex;
        reader.Skip();
        if (isNative && ContextLength is { } only)
        {
            edits.Add((new ByteRange(start, reader.BytesConsumed - start), Text($"{{\"num_ctx\":{only}}}")));
        }
    }

    private void OptionsInObject(ref Utf8JsonReader reader, bool isNative, List<(ByteRange, ReadOnlyMemory<byte>)> edits)
    {
        var inside = reader.BytesConsumed;
        var place = edits.Count;
        var (named, empty, previousEnd) = (false, true, inside);
        ByteRange? wantsItsComma = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = reader.TokenStartIndex;
            if (wantsItsComma is { } first)
            {
                // What was taken out stood first: the comma behind it goes with it.
                edits.Add((first with { Length = start - first.Start }, default));
                (wantsItsComma, previousEnd) = (null, inside);
            }

            if (!JsonName.Is(reader, "num_ctx"u8))
            {
                reader.Skip();
                (empty, previousEnd) = (false, reader.BytesConsumed);
                continue;
            }

            named = true;
            var value = Value(ref reader);
            if (ContextLength is { } tokens)
            {
                edits.Add((value, Text($"{tokens}")));
                (empty, previousEnd) = (false, value.End);
            }
            else if (empty)
            {
                wantsItsComma = new ByteRange(start, value.End - start);
            }
            else
            {
                edits.Add((new ByteRange(previousEnd, value.End - previousEnd), default));
                previousEnd = value.End;
            }
        }

        if (wantsItsComma is { } alone)
        {
            edits.Add((alone, default));
        }

        if (isNative && !named && ContextLength is { } missing)
        {
            edits.Insert(place, (new ByteRange(inside, 0), Text($"\"num_ctx\":{missing}{(empty ? "" : ",")}")));
        }
    }

    private static ByteRange Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = reader.TokenStartIndex;
        reader.Skip();
        return new ByteRange(start, reader.BytesConsumed - start);
    }

    private static byte[] Text(FormattableString text) => Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture));
}
