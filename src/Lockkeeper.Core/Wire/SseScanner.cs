using System.Buffers.Text;
using Lockkeeper.Core.Dialects;

namespace Lockkeeper.Core.Wire;

/// <summary>Reads the figures out of an answer that passes by, chunk by chunk, streaming or not, in whatever dialect. Allocates nothing and builds no document.</summary>
/// <remarks>
/// Counts are called <c>prompt_tokens</c> and <c>completion_tokens</c> by OpenAI, <c>input_tokens</c> and <c>output_tokens</c> by Anthropic and in Responses, <c>prompt_eval_count</c> and
/// <c>eval_count</c> by Ollama; the last that is told counts.
/// The end of a stream is <c>[DONE]</c> to OpenAI, an event to Anthropic and in Responses, <c>"done":true</c> to Ollama, and an error to all of them.
/// It looks for member names with their quotes, so that the name of one is never found in a longer one. Inside a JSON string a quote is always escaped, so text that a model writes can never look like one.
/// A name, or the value behind it, may be cut by a chunk's end: the last <see cref="Overlap"/> bytes are kept and looked at again with the next chunk.
/// </remarks>
internal struct SseScanner
{
    /// <summary>Longest name, colon, white space and value that is found across a cut.</summary>
    private const int Overlap = 64;

    private Carry _carry;
    private int _carried;
    private (int? Read, int? Written) _within;

    /// <summary>As Anthropic counts: beside <c>input_tokens</c>, and not in it.</summary>
    private (int? Read, int? Written) _beside;

    /// <summary>Whether the prompt was counted as OpenAI does; some clouds do that and have Anthropic's words for what was cached.</summary>
    private bool _isWhole;

    /// <summary>Prompt tokens as the engine counted them; null while it has not said.</summary>
    public int? PromptTokens { get; private set; }

    /// <summary>Generated tokens as the engine counted them; null while it has not said.</summary>
    public int? CompletionTokens { get; private set; }

    /// <summary>Whether to look for the numbers of events, which only Responses have: others pay nothing for it.</summary>
    public bool AreNumbered { get; init; }

    /// <summary>The number of the last event; null while none had any, or it is not looked for.</summary>
    public int? Number { get; private set; }

    /// <summary>What the request has used, in OpenAI's way of counting: what was cached is part of the prompt. Null until both counts are known.</summary>
    public readonly TokenUsage? Usage => PromptTokens is { } prompt && CompletionTokens is { } completion
        ? new TokenUsage(prompt + (_isWhole ? 0 : (_beside.Read ?? 0) + (_beside.Written ?? 0)), completion) { Cached = _within.Read ?? _beside.Read, Written = _within.Written ?? _beside.Written }
        : null;

    /// <summary>Whether the bytes so far end between two lines, so that another line of JSON may follow.</summary>
    public bool AtLineBoundary { get; private set; } = true;

    /// <summary>Whether the bytes so far end between two events, so that another event may follow.</summary>
    public bool AtEventBoundary { get; private set; } = true;

    /// <summary>Whether the last event of a stream, or an error in its place, has passed: what may still follow is none of the answer.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether an answer has said why it ends; in a stream its counts, and the last event, may still follow.</summary>
    public bool IsFinished { get; private set; }

    public SseScanner()
    {
        // The first byte stands at the beginning of a line.
        _carry[0] = (byte)'\n';
        _carried = 1;
    }

    /// <summary>Shows it the next bytes.</summary>
    public void Observe(ReadOnlySpan<byte> chunk)
    {
        if (chunk.IsEmpty)
        {
            return;
        }

        // The seam: what was kept, and as much of the new chunk as can belong to it.
        Span<byte> seam = stackalloc byte[2 * Overlap];
        Span<byte> kept = _carry;
        kept[.._carried].CopyTo(seam);
        var taken = Math.Min(Overlap, chunk.Length);
        chunk[..taken].CopyTo(seam[_carried..]);
        Find(seam[..(_carried + taken)]);
        Find(chunk);
        Keep(chunk);
    }

    private void Find(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("_tokens\""u8) >= 0)
        {
            FindPrompt(text);
            CompletionTokens = NumberOf(text, "\"completion_tokens\""u8) ?? NumberOf(text, "\"output_tokens\""u8) ?? CompletionTokens;
        }

        if (text.IndexOf("eval_count\""u8) >= 0)
        {
            PromptTokens = NumberOf(text, "\"prompt_eval_count\""u8) ?? PromptTokens;
            CompletionTokens = NumberOf(text, "\"eval_count\""u8) ?? CompletionTokens;
        }

        Number = AreNumbered ? NumberOf(text, "\"sequence_number\""u8) ?? Number : null;
        HasEnded = HasEnded || IsEnd(text);
        IsFinished = IsFinished || HasEnded || Says(text, "\"finish_reason\":\""u8, "\"finish_reason\": \""u8);
    }

    private void FindPrompt(ReadOnlySpan<byte> text)
    {
        var whole = NumberOf(text, "\"prompt_tokens\""u8);
        _isWhole |= whole is not null;
        PromptTokens = whole ?? NumberOf(text, "\"input_tokens\""u8) ?? PromptTokens;
        _within = (NumberOf(text, "\"cached_tokens\""u8) ?? _within.Read, NumberOf(text, "\"cache_write_tokens\""u8) ?? _within.Written);
        _beside = (NumberOf(text, "\"cache_read_input_tokens\""u8) ?? _beside.Read, NumberOf(text, "\"cache_creation_input_tokens\""u8) ?? _beside.Written);
    }

    private static bool IsEnd(ReadOnlySpan<byte> text) =>
        (text.IndexOf("[DONE]"u8) >= 0 && Says(text, "\ndata: [DONE]"u8, "\ndata:[DONE]"u8))
        || text.IndexOf("\"message_stop\""u8) >= 0
        || (text.IndexOf("\"response."u8) >= 0 && (Says(text, "\"response.completed\""u8, "\"response.incomplete\""u8) || text.IndexOf("\"response.failed\""u8) >= 0))
        || (text.IndexOf("\"done\""u8) >= 0 && Says(text, "\"done\":true"u8, "\"done\": true"u8))
        || (text.IndexOf("error\""u8) >= 0 && IsError(text));

    private static bool IsError(ReadOnlySpan<byte> text) =>
        Says(text, "\ndata: {\"error\""u8, "\n{\"error\""u8) || Says(text, "\"type\":\"error\""u8, "\"type\": \"error\""u8) || Says(text, "\"object\":\"error\""u8, "\"object\": \"error\""u8);

    private static bool Says(ReadOnlySpan<byte> text, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => text.IndexOf(one) >= 0 || text.IndexOf(other) >= 0;

    /// <summary>The number behind the last such name; null when there is none, or when it may go on behind the end.</summary>
    private static int? NumberOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var at = text.LastIndexOf(name);
        if (at < 0)
        {
            return null;
        }

        var rest = text[(at + name.Length)..].TrimStart(" "u8);
        if (rest.IsEmpty || rest[0] != (byte)':')
        {
            return null;
        }

        rest = rest[1..].TrimStart(" "u8);
        return Utf8Parser.TryParse(rest, out int value, out var length) && length < rest.Length ? value : null;
    }

    private void Keep(ReadOnlySpan<byte> chunk)
    {
        Span<byte> kept = _carry;
        if (chunk.Length >= Overlap)
        {
            chunk[^Overlap..].CopyTo(kept);
            _carried = Overlap;
        }
        else
        {
            var keep = Math.Min(_carried, Overlap - chunk.Length);
            kept.Slice(_carried - keep, keep).CopyTo(kept);
            chunk.CopyTo(kept[keep..]);
            _carried = keep + chunk.Length;
        }

        ReadOnlySpan<byte> end = kept[.._carried];
        AtLineBoundary = end.EndsWith("\n"u8);
        AtEventBoundary = end.EndsWith("\n\n"u8) || end.EndsWith("\r\n\r\n"u8);
    }

    [System.Runtime.CompilerServices.InlineArray(Overlap)]
    private struct Carry
    {
        private byte _first;
    }
}
