using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lockkeeper.Server.Engines;

/// <summary>What an engine answered.</summary>
/// <param name="Asked">Method and path.</param>
/// <param name="Status">Its status; null when it did not answer.</param>
/// <param name="Body">What it said, where that was read.</param>
internal sealed record EngineReply(string Asked, int? Status, ReadOnlyMemory<byte> Body)
{
    private const int LongestExcerpt = 300;

    /// <summary>Why there is no answer; null when there is one.</summary>
    public string? Trouble { get; init; }

    /// <summary>Whether nothing listens there at all.</summary>
    public bool IsUnreached { get; init; }

    /// <summary>Whether there was no answer within the patience.</summary>
    public bool IsLate { get; init; }

    public bool IsGood => Status is >= 200 and < 300;

    /// <summary>What it says of an error: in the whole body, or in any line of a stream of events or of JSON lines; null when it says nothing of one.</summary>
    public string? Error()
    {
        var text = Encoding.UTF8.GetString(Body.Span);
        if (ErrorOf(text) is { } whole)
        {
            return whole;
        }

        foreach (var line in text.EnumerateLines())
        {
            var json = line.StartsWith("data:") ? line[5..] : line;
            if (ErrorOf(json.Trim().ToString()) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>The body as JSON, which the caller disposes; null when it is none.</summary>
    public JsonDocument? Json()
    {
        try
        {
            return JsonDocument.Parse(Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What was asked, and what came of it.</summary>
    public override string ToString() => Trouble is { } trouble ? $"{Asked} {trouble}" : string.Create(CultureInfo.InvariantCulture, $"{Asked} answered {Status}");

    /// <summary>The same, with the error it tells or the beginning of what it says.</summary>
    public string InFull()
    {
        var said = Error() ?? OneLine(Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, LongestExcerpt)]));
        return said.Length == 0 ? ToString() : $"{this}: {said}";
    }

    private static string? ErrorOf(string json)
    {
        if (!json.StartsWith('{'))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty("error", out var error) && error.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) ? Words(error) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Words(JsonElement error)
    {
        var said = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message) ? message : error;
        var text = OneLine(said.ValueKind == JsonValueKind.String ? said.GetString()! : said.GetRawText());
        return text.Length <= LongestExcerpt ? text : $"{text.AsSpan(0, LongestExcerpt)}…";
    }

    private static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
}
