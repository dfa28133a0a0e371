using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>How long a client wants its model to stay when it has been answered.</summary>
/// <param name="Duration">Zero for not at all, <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
internal readonly record struct OllamaKeepAlive(TimeSpan Duration)
{
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789.");

    private static readonly (string Name, double Seconds)[] Units = [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Whether the model is to go at once.</summary>
    public bool IsNone => Duration == TimeSpan.Zero;

    /// <summary>Reads <c>keep_alive</c>: seconds, or a text as <c>1h30m</c>; below zero is for ever.</summary>
    public static OllamaKeepAlive? Read(JsonElement root, RequestFields fields)
    {
        if (RequestFields.Find(root, "keep_alive") is not { } value)
        {
            return null;
        }

        double? seconds = value.ValueKind switch
        {
            JsonValueKind.Number => fields.Number(root, "keep_alive"),
            JsonValueKind.String => Parse(fields.TextOf(value, "keep_alive") ?? ""),
            _ => null,
        };
        if (seconds is not { } given)
        {
            fields.Fail("keep_alive", $"must be a number of seconds or a duration such as \"5m\", not {RequestFields.Describe(value)}.");
            return null;
        }

        return Of(given);
    }

    /// <summary>How long a model is to stay idle at most after a request, as far as its body says so: null for as long as it may, which is also what "for ever" comes to.</summary>
    /// <param name="body">Has been peeked at: it is sound JSON. What is no duration is for whoever reads the request to refuse.</param>
    public static TimeSpan? IdleTimeoutOf(in ReadOnlySequence<byte> body)
    {
        var options = new JsonReaderOptions { MaxDepth = BodyPeek.MaxDepth };
        var reader = body.IsSingleSegment ? new Utf8JsonReader(body.FirstSpan, options) : new Utf8JsonReader(body, options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!JsonName.Is(reader, "keep_alive"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            double? seconds = reader.TokenType switch
            {
                JsonTokenType.Number when reader.TryGetDouble(out var number) => number,
                JsonTokenType.String when !reader.ValueIsEscaped => Parse(Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan)),
                _ => null,
            };
            return seconds is { } given && Of(given).Duration is var duration && duration != Timeout.InfiniteTimeSpan ? duration : null;
        }

        return null;
    }

    private static OllamaKeepAlive Of(double seconds) => new(seconds < 0 || seconds > int.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds));

    /// <summary>Seconds of a duration as Go writes it; a number without a unit counts as seconds.</summary>
    private static double? Parse(string text)
    {
        var rest = text.AsSpan().Trim();
        var sign = rest.StartsWith("-") ? -1 : 1;
        rest = rest.TrimStart("+-");
        if (rest.IsEmpty || double.TryParse(rest, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
        {
            return double.TryParse(rest, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var plain) ? sign * plain : null;
        }

        var sum = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(OfNumbers);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            rest = rest[digits..];
            var next = rest.IndexOfAny(OfNumbers);
            var name = (next < 0 ? rest : rest[..next]).ToString();
            if (Array.Find(Units, unit => unit.Name == name) is not { Name: not null } unit)
            {
                return null;
            }

            sum += number * unit.Seconds;
            rest = rest[name.Length..];
        }

        return sign * sum;
    }
}
