using System.Buffers;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Media;

/// <summary>Finds what is not text in the messages of a chat: <c>messages[].content[]</c>, or a <c>content</c> that is such a part itself, with <c>image_url</c>, <c>file</c>, <c>audio_url</c>, <c>video_url</c> or <c>url</c>; and in what is to be embedded or ranked, <c>input</c>, <c>query</c> and <c>documents</c>.</summary>
/// <remarks>
/// A part is known by the member that holds its content, and not by what it says in <c>type</c>, which some engines do not ask for. Nothing that an engine might read otherwise passes
/// here: a member that stands twice is refused, since the second address would be one that nobody has looked at.
/// </remarks>
internal sealed class MediaScan
{
    private readonly List<MediaPart> _parts = [];
    private string _message = "";

    /// <summary>Of a part in its list; null for one that is all of the content.</summary>
    private int? _index;

    private MediaScan()
    {
    }

    /// <summary>Whether a body, in whatever dialect, is worth a scan. Says no only of one that certainly holds nothing, and costs a fraction of a scan.</summary>
    public static bool MayHoldMedia(in ReadOnlySequence<byte> body) => body.IsSingleSegment ? Holds(body.FirstSpan) : HoldsInPieces(body);

    /// <summary>All parts, in the order of their places.</summary>
    /// <param name="body">Has been peeked at: it is sound JSON.</param>
    public static Checked<List<MediaPart>> Find(in ReadOnlySequence<byte> body)
    {
        var options = new JsonReaderOptions { MaxDepth = BodyPeek.MaxDepth };
        var reader = body.IsSingleSegment ? new Utf8JsonReader(body.FirstSpan, options) : new Utf8JsonReader(body, options);
        var scan = new MediaScan();
        return scan.Body(ref reader) is { } refused ? refused : scan._parts;
    }

    /// <summary>First OpenAI's words, then those of Anthropic, of Ollama and of responses. The last three are how a letter of a name may be written too: <c>image\u005furl</c>. No serialiser does, but whoever wants to be overlooked may.</summary>
    private static bool Holds(ReadOnlySpan<byte> text) =>
        text.IndexOf("url\""u8) >= 0 || text.IndexOf("\"file\""u8) >= 0
        || text.IndexOf("\"image\""u8) >= 0 || text.IndexOf("\"document\""u8) >= 0 || text.IndexOf("\"images\""u8) >= 0 || text.IndexOf("\"input_"u8) >= 0
        || text.IndexOf("\"video\""u8) >= 0 || text.IndexOf("\"audio\""u8) >= 0
        || text.IndexOf("\\u005"u8) >= 0 || text.IndexOf("\\u006"u8) >= 0 || text.IndexOf("\\u007"u8) >= 0;

    private static bool HoldsInPieces(in ReadOnlySequence<byte> body)
    {
        const int Reach = 9; // one less than the longest of them
        Span<byte> seam = stackalloc byte[2 * Reach];
        var kept = 0;
        foreach (var piece in body)
        {
            var span = piece.Span;
            var head = span[..Math.Min(Reach, span.Length)];
            head.CopyTo(seam[kept..]);
            if (Holds(span) || Holds(seam[..(kept + head.Length)]))
            {
                return true;
            }

            if (span.Length >= Reach)
            {
                span[^Reach..].CopyTo(seam);
                kept = Reach;
            }
            else
            {
                var all = kept + head.Length;
                var left = Math.Min(Reach, all);
                seam[(all - left)..all].CopyTo(seam);
                kept = left;
            }
        }

        return false;
    }

    private RouterError? Body(ref Utf8JsonReader reader)
    {
        reader.Read();
        List<string> seen = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Holder(reader) is not { } name)
            {
                reader.Skip();
                continue;
            }

            if (seen.Contains(name))
            {
                return Twice(name);
            }

            seen.Add(name);
            reader.Read();
            _message = name;
            if (Held(ref reader, name) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>The member whose value is a message, or holds them; null for another.</summary>
    private static string? Holder(in Utf8JsonReader reader) =>
        JsonName.Is(reader, "messages"u8) ? "messages" : JsonName.Is(reader, "documents"u8) ? "documents" : JsonName.Is(reader, "query"u8) ? "query" : JsonName.Is(reader, "input"u8) ? "input" : null;

    private RouterError? Held(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return Messages(ref reader, name);
        }

        if (name != "messages")
        {
            return Message(ref reader);
        }

        reader.Skip();
        return null;
    }

    private RouterError? Messages(ref Utf8JsonReader reader, string name)
    {
        for (var at = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; at++)
        {
            _message = FormattableString.Invariant($"{name}[{at}]");
            if (Message(ref reader) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    private RouterError? Message(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var seen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (BareName(reader) is { } bare)
            {
                reader.Read();
                Bare(ref reader, $"{_message}.{bare}");
                continue;
            }

            if (!JsonName.Is(reader, "content"u8))
            {
                reader.Skip();
                continue;
            }

            if (seen)
            {
                return Twice($"{_message}.content");
            }

            seen = true;
            reader.Read();
            if (Content(ref reader) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>Some engines take a part where a list of them is due. What is neither is left for the engine to refuse.</summary>
    private RouterError? Content(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            _index = null;
            return Part(ref reader);
        }

        for (var at = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; at++)
        {
            _index = at;
            if (Part(ref reader) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>The member that some engines expect the content itself in, or an address of it.</summary>
    private static string? BareName(in Utf8JsonReader reader) =>
        JsonName.Is(reader, "image"u8) ? "image" : JsonName.Is(reader, "images"u8) ? "images" : JsonName.Is(reader, "video"u8) ? "video" : JsonName.Is(reader, "audio"u8) ? "audio"
        : JsonName.Is(reader, "input_audio"u8) ? "input_audio" : null;

    /// <summary>Every string in the value: an engine may take any of them for an address.</summary>
    private void Bare(ref Utf8JsonReader reader, string place)
    {
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            Take(ref reader);
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            // What it is called or how it is written are no addresses.
            if (reader.TokenType == JsonTokenType.PropertyName && !JsonName.Is(reader, "url"u8) && !JsonName.Is(reader, "data"u8))
            {
                reader.Skip();
                continue;
            }

            Take(ref reader);
        }

        void Take(ref Utf8JsonReader value)
        {
            if (value.TokenType == JsonTokenType.String)
            {
                _parts.Add(new MediaPart(MediaPartKind.Bare, place, Token(ref value), Token(ref value)));
            }
        }
    }

    private RouterError? Part(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var start = reader.TokenStartIndex;
        (MediaPartKind Kind, ByteRange Value)? found = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (BareName(reader) is not null || JsonName.Is(reader, "url"u8))
            {
                reader.Read();
                Bare(ref reader, Place);
                continue;
            }

            MediaPartKind? kind = JsonName.Is(reader, "image_url"u8) ? MediaPartKind.Image
                : JsonName.Is(reader, "file"u8) ? MediaPartKind.File
                : JsonName.Is(reader, "audio_url"u8) || JsonName.Is(reader, "video_url"u8) ? MediaPartKind.Recording
                : null;
            reader.Read();
            if (kind is null || reader.TokenType == JsonTokenType.Null)
            {
                reader.Skip();
                continue;
            }

            if (found is not null)
            {
                return new RouterError.FieldInvalid(Place, "holds more than one image or file; give each a part of its own.");
            }

            if (!Address(ref reader, kind.Value).Holds(out var value, out var refused))
            {
                return refused;
            }

            found = (kind.Value, value);
        }

        if (found is { } media)
        {
            _parts.Add(new MediaPart(media.Kind, Place, new ByteRange(start, reader.BytesConsumed - start), media.Value) { IsAlone = _index is null });
        }

        return null;
    }

    /// <summary>The string in a member's value: that itself, or a member of the object there.</summary>
    private Checked<ByteRange> Address(ref Utf8JsonReader reader, MediaPartKind kind)
    {
        var name = kind == MediaPartKind.File ? "file_data" : "url";
        if (reader.TokenType == JsonTokenType.String)
        {
            return kind == MediaPartKind.File ? new RouterError.FieldInvalid(Place, "must have an object as its 'file'.") : Token(ref reader);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new RouterError.FieldInvalid(Place, $"must have an object with a '{name}'.");
        }

        ByteRange? found = null;
        var byId = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            byId |= kind == MediaPartKind.File && JsonName.Is(reader, "file_id"u8);
            if (!JsonName.Is(reader, kind == MediaPartKind.File ? "file_data"u8 : "url"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            if (found is not null)
            {
                return Twice($"{Place}.{name}");
            }

            if (reader.TokenType != JsonTokenType.String)
            {
                return new RouterError.FieldInvalid($"{Place}.{name}", "must be a string.");
            }

            found = Token(ref reader);
        }

        return found is { } value ? value
            : new RouterError.FieldInvalid(Place, byId ? "names a file by its id, and no files are kept here; send its content as 'file_data'." : $"has no '{name}'.");
    }

    private string Place => _index is { } index ? FormattableString.Invariant($"{_message}.content[{index}]") : $"{_message}.content";

    private static ByteRange Token(ref Utf8JsonReader reader) => new(reader.TokenStartIndex, reader.BytesConsumed - reader.TokenStartIndex);

    private static RouterError.FieldInvalid Twice(string field) => new(field, "stands twice in the request; engines disagree on which one counts. Send it once.");
}
