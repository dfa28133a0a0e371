using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>How long an answer a client asks for, in the three names of it. Each may stand once; what several of them together mean is the engine's to say.</summary>
internal record struct TokenLimits
{
    private const string MaxTokens = "max_tokens";
    private const string MaxCompletionTokens = "max_completion_tokens";
    private const string MaxOutputTokens = "max_output_tokens";

    private TokenLimit? _maxTokens;
    private TokenLimit? _maxCompletionTokens;
    private TokenLimit? _maxOutputTokens;

    /// <summary>Whether the client leaves the length to the engine.</summary>
    public readonly bool AreNone => (_maxTokens ?? _maxCompletionTokens ?? _maxOutputTokens) is null;

    /// <summary>How many tokens the client asks for; null when it leaves that to the engine, or says it in a way that engines differ about.</summary>
    public readonly long? Asked => (_maxCompletionTokens ?? _maxTokens ?? _maxOutputTokens)?.Tokens is >= 0 and var tokens ? tokens : null;

    /// <summary>Which limit the reader stands on the name of; null for any other member.</summary>
    public static string? Named(ref Utf8JsonReader reader) =>
        JsonName.Is(reader, "max_tokens"u8) ? MaxTokens
        : JsonName.Is(reader, "max_completion_tokens"u8) ? MaxCompletionTokens
        : JsonName.Is(reader, "max_output_tokens"u8) ? MaxOutputTokens
        : null;

    /// <summary>Reads the value behind the name. False when that limit has been read before.</summary>
    public bool TryRead(string name, ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = reader.TokenStartIndex;
        long? number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var whole) ? whole : null;
        reader.Skip();
        var limit = new TokenLimit(new ByteRange(start, reader.BytesConsumed - start), number);
        ref var place = ref _maxTokens;
        switch (name)
        {
            case MaxCompletionTokens:
                place = ref _maxCompletionTokens;
                break;
            case MaxOutputTokens:
                place = ref _maxOutputTokens;
                break;
        }

        var isFirst = place is null;
        place = limit;
        return isFirst;
    }

    /// <summary>Adds the values that allow more than <paramref name="cap"/>. What is no whole number is one of them: engines differ in what they make of a null, of -1 or of "9999".</summary>
    public readonly void Above(int cap, ICollection<ByteRange> found)
    {
        foreach (var limit in (ReadOnlySpan<TokenLimit?>)[_maxTokens, _maxCompletionTokens, _maxOutputTokens])
        {
            if (limit is { } asked && (asked.Tokens is not { } tokens || tokens < 0 || tokens > cap))
            {
                found.Add(asked.Value);
            }
        }
    }

    /// <param name="Value">Where the value stands.</param>
    /// <param name="Tokens">What it says; null when it is no whole number.</param>
    private readonly record struct TokenLimit(ByteRange Value, long? Tokens);
}
