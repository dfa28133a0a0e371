using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Responses;

/// <summary>
/// An engine's own response stream, made to follow on what its client has been told while it waited: the engine's beginning is left out, and its events go on with the id and the numbers
/// that the client knows. OpenAI's SDK throws when either changes. Everything else stays byte for byte what the engine sent.
/// </summary>
internal sealed class ResponsesContinuation : ISseListener
{
    private readonly IBufferWriter<byte> _output;
    private readonly ResponsesStream _told;
    private readonly byte[] _id;
    private readonly SseEvents _events;

    /// <param name="told">What has told the client of the response; it goes on counting here, so that it can end the stream with an error.</param>
    /// <param name="output">Where the events go.</param>
    public ResponsesContinuation(ResponsesStream told, IBufferWriter<byte> output)
    {
        (_told, _output) = (told, output);
        _id = Encoding.UTF8.GetBytes($"\"{told.ResponseId}\"");
        _events = new SseEvents(this);
    }

    /// <summary>Whether the engine has said how the response ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The next bytes of the engine's stream, in any split.</summary>
    public void Read(ReadOnlySpan<byte> piece) => _events.Read(piece);

    void ISseListener.OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var places = Places.Of(data);
        var type = places.Type.Length > 0 ? data.Slice(places.Type.Start, places.Type.Length) : name;
        if (type.SequenceEqual("response.created"u8) || type.SequenceEqual("response.in_progress"u8) || type.SequenceEqual("response.queued"u8))
        {
            return;
        }

        HasEnded |= type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.incomplete"u8) || type.SequenceEqual("response.failed"u8);
        if (!name.IsEmpty)
        {
            _output.Write("event: "u8);
            _output.Write(name);
            _output.Write("\n"u8);
        }

        _output.Write("data: "u8);
        var isIdFirst = places.Id.Start < places.Number.Start;
        var at = isIdFirst ? Replace(data, 0, places.Id, _id) : 0;
        at = ReplaceNumber(data, at, places.Number);
        at = isIdFirst ? at : Replace(data, at, places.Id, _id);
        WriteLines(data[at..]);
        _output.Write("\n\n"u8);
    }

    private int ReplaceNumber(ReadOnlySpan<byte> data, int from, Place place)
    {
        if (place.Length == 0)
        {
            return from;
        }

        Span<byte> number = stackalloc byte[11];
        _told.TakeNumber().TryFormat(number, out var length, provider: CultureInfo.InvariantCulture);
        return Replace(data, from, place, number[..length]);
    }

    /// <summary>Writes what stands before a place, and the replacement; returns where to go on.</summary>
    private int Replace(ReadOnlySpan<byte> data, int from, Place place, ReadOnlySpan<byte> replacement)
    {
        if (place.Length == 0)
        {
            return from;
        }

        WriteLines(data[from..place.Start]);
        _output.Write(replacement);
        return place.Start + place.Length;
    }

    /// <summary>Data of several lines was several lines before.</summary>
    private void WriteLines(ReadOnlySpan<byte> text)
    {
        while (text.IndexOf((byte)'\n') is >= 0 and var end)
        {
            _output.Write(text[..end]);
            _output.Write("\ndata: "u8);
            text = text[(end + 1)..];
        }

        _output.Write(text);
    }

    private readonly record struct Place(int Start, int Length)
    {
        public static Place Of(in Utf8JsonReader reader) => new((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
    }

    /// <summary>Where in an event's data the values stand that matter here; of no length where there are none.</summary>
    /// <param name="Type">What kind of event it is, without the quotes.</param>
    /// <param name="Number">Its number.</param>
    /// <param name="Id">The id of the response, with its quotes.</param>
    private readonly record struct Places(Place Type, Place Number, Place Id)
    {
        private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyPeek.MaxDepth };

        public static Places Of(ReadOnlySpan<byte> data)
        {
            var places = default(Places);
            var reader = new Utf8JsonReader(data, Options);
            try
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                {
                    return default;
                }

                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    places = places.With(ref reader);
                    reader.Skip();
                }

                return places;
            }
            catch (JsonException)
            {
                // Not ours to judge: it passes as it is.
                return default;
            }
        }

        /// <param name="reader">At the name of a member; afterwards at its value, or still at the name.</param>
        private Places With(ref Utf8JsonReader reader)
        {
            if (JsonText.Is(reader, "type"u8))
            {
                reader.Read();
                var type = Place.Of(reader);
                return reader.TokenType == JsonTokenType.String ? this with { Type = new Place(type.Start + 1, type.Length - 2) } : this;
            }

            if (JsonText.Is(reader, "sequence_number"u8))
            {
                reader.Read();
                return reader.TokenType == JsonTokenType.Number ? this with { Number = Place.Of(reader) } : this;
            }

            if (!JsonText.Is(reader, "response"u8))
            {
                return this;
            }

            reader.Read();
            return this with { Id = IdIn(ref reader) };
        }

        /// <param name="reader">At the value of <c>response</c>; afterwards at its end.</param>
        private static Place IdIn(ref Utf8JsonReader reader)
        {
            var id = default(Place);
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return id;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = JsonText.Is(reader, "id"u8);
                reader.Read();
                id = isId && reader.TokenType == JsonTokenType.String ? Place.Of(reader) : id;
                reader.Skip();
            }

            return id;
        }
    }
}
