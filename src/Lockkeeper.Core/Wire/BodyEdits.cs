using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>The few places of a request body that change on the way to the engine. Everything between them stays byte for byte what the client sent.</summary>
internal readonly struct BodyEdits
{
    private readonly Edit _first;
    private readonly Edit _second;

    private BodyEdits(Edit first, Edit second) => (_first, _second) = first.Range.Start <= second.Range.Start ? (first, second) : (second, first);

    /// <summary>Whether the body stays as it came.</summary>
    public bool AreNone => _first.IsNone && _second.IsNone;

    /// <summary>By how many bytes the body grows.</summary>
    public long Growth => _first.Growth + _second.Growth;

    /// <summary>The edits a request needs: the model's real id where an alias was asked for, and no <c>priority</c>, which is for the router alone.</summary>
    /// <param name="peek">Where what stands.</param>
    /// <param name="realId">The model's id.</param>
    /// <param name="keepWholePriority">Whether the engine has a field <c>priority</c> too: a whole number in it stays, while our names would be no number to it.</param>
    public static BodyEdits For(in BodyPeek peek, string realId, bool keepWholePriority = false) => new(
        string.Equals(peek.Model, realId, StringComparison.Ordinal)
            ? default
            : new Edit(peek.ModelValue, JsonSerializer.SerializeToUtf8Bytes(realId, Unescaped)),
        keepWholePriority && peek.PriorityIsWhole ? default : new Edit(peek.PriorityMember, default));

    /// <summary>The body with the edits in place, in pieces; the pieces are slices of <paramref name="body"/> wherever nothing changed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Apply(ReadOnlySequence<byte> body)
    {
        var at = 0L;
        foreach (var edit in (Edit[])[_first, _second])
        {
            if (edit.IsNone)
            {
                continue;
            }

            foreach (var piece in body.Slice(at, edit.Range.Start - at))
            {
                yield return piece;
            }

            if (!edit.Replacement.IsEmpty)
            {
                yield return edit.Replacement;
            }

            at = edit.Range.End;
        }

        foreach (var piece in body.Slice(at))
        {
            yield return piece;
        }
    }

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly record struct Edit(ByteRange Range, ReadOnlyMemory<byte> Replacement)
    {
        public bool IsNone => Range.Length == 0;

        public long Growth => Replacement.Length - Range.Length;
    }
}
