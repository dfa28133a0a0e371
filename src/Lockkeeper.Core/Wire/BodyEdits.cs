using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lockkeeper.Core.Wire;

/// <summary>The few places of a request body that change on the way to the engine. Everything between them stays byte for byte what the client sent.</summary>
internal readonly struct BodyEdits
{
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In the order of their places; null when there are none.</summary>
    private readonly List<BodyEdit>? _edits;

    private BodyEdits(List<BodyEdit>? edits, bool areCapped) => (_edits, AreCapped) = (edits, areCapped);

    /// <summary>Whether the body stays as it came.</summary>
    public bool AreNone => _edits is null;

    /// <summary>All of them, in the order of their places.</summary>
    public IReadOnlyList<BodyEdit> All => _edits ?? [];

    /// <summary>Whether the answer will be no longer than the cap because of them, and not because the client asked for no more.</summary>
    public bool AreCapped { get; }

    /// <summary>By how many bytes the body grows.</summary>
    public long Growth
    {
        get
        {
            if (_edits is null)
            {
                return 0;
            }

            var growth = 0L;
            foreach (var edit in _edits)
            {
                growth += edit.Replacement.Length - edit.Range.Length;
            }

            return growth;
        }
    }

    /// <summary>The edits a request needs: the model's real id where an alias was asked for, no <c>priority</c>, which is for the router alone, and no more tokens than the cap.</summary>
    /// <param name="peek">The body.</param>
    /// <param name="realId">Id of the model.</param>
    /// <param name="keepWholePriority">Whether the engine has a field <c>priority</c> too: a whole number in it stays, while our names would be no number to it.</param>
    /// <param name="cap">The most tokens the answer may have; null for as many as the client likes.</param>
    public static BodyEdits For(in BodyPeek peek, string realId, bool keepWholePriority = false, int? cap = null)
    {
        List<BodyEdit>? edits = null;
        if (!string.Equals(peek.Model, realId, StringComparison.Ordinal))
        {
            (edits ??= []).Add(new BodyEdit(peek.ModelValue, JsonSerializer.SerializeToUtf8Bytes(realId, Unescaped)));
        }

        if (peek.PriorityMember.Length > 0 && !(keepWholePriority && peek.PriorityIsWhole))
        {
            (edits ??= []).Add(new BodyEdit(peek.PriorityMember, default));
        }

        var others = edits?.Count ?? 0;
        if (cap is { } most)
        {
            Cap(peek, most, edits ??= []);
        }

        return Of(edits, isCapped: edits?.Count > others);
    }

    /// <summary>The edits of a request for a model that has a shape: those above, and what the shape asks for.</summary>
    /// <param name="peek">The body, as peeked at.</param>
    /// <param name="body">The body.</param>
    /// <param name="realId">Id of the model.</param>
    /// <param name="shape">The model's shape.</param>
    /// <param name="purpose">What the request is for.</param>
    public static Checked<BodyEdits> For(in BodyPeek peek, in ReadOnlySequence<byte> body, string realId, RequestShape shape, ShapeScan.Purpose purpose)
    {
        List<BodyEdit> edits = [];
        if (!string.Equals(peek.Model, realId, StringComparison.Ordinal))
        {
            edits.Add(new BodyEdit(peek.ModelValue, JsonSerializer.SerializeToUtf8Bytes(realId, Unescaped)));
        }

        var options = new JsonReaderOptions { MaxDepth = BodyPeek.MaxDepth };
        var reader = body.IsSingleSegment ? new Utf8JsonReader(body.FirstSpan, options) : new Utf8JsonReader(body, options);
        return new ShapeScan(peek, shape, purpose, edits).Run(ref reader) is { } refused
            ? refused
            : Of(edits, isCapped: purpose.Cap is { } cap && shape.Lower(cap) == cap && !(peek.Limits.Asked <= cap));
    }

    /// <summary>The edits of a form: the model's real id, as the plain text that fields are, and no <c>priority</c>.</summary>
    public static BodyEdits For(in MultipartPeek form, string realId)
    {
        List<BodyEdit> edits = [];
        if (!string.Equals(form.Model, realId, StringComparison.Ordinal))
        {
            edits.Add(new BodyEdit(form.ModelValue, Encoding.UTF8.GetBytes(realId)));
        }

        if (form.PriorityPart.Length > 0)
        {
            edits.Add(new BodyEdit(form.PriorityPart, default));
        }

        return Of(edits, isCapped: false);
    }

    private static BodyEdits Of(List<BodyEdit>? edits, bool isCapped)
    {
        if (edits is null or [])
        {
            return default;
        }

        // What is put in between stands before what is taken away behind it.
        edits.Sort(static (left, right) => (left.Range.Start, left.Range.Length).CompareTo((right.Range.Start, right.Range.Length)));
        return new BodyEdits(edits, isCapped);
    }

    /// <summary>These edits and others, at places of their own.</summary>
    public BodyEdits With(IReadOnlyList<(ByteRange Range, ReadOnlyMemory<byte> Replacement)> others)
    {
        if (others.Count == 0)
        {
            return this;
        }

        // Where the model's shape has taken a member out already, there is nothing left to change.
        var own = _edits ?? [];
        List<BodyEdit> edits = [.. own, .. others.Where(other => !own.Exists(edit => edit.Range.Start < other.Range.End && other.Range.Start < edit.Range.End)).Select(other => new BodyEdit(other.Range, other.Replacement))];
        edits.Sort(static (left, right) => (left.Range.Start, left.Range.Length).CompareTo((right.Range.Start, right.Range.Length)));
        return new BodyEdits(edits, AreCapped);
    }

    /// <summary>The body with the edits in place, in pieces; the pieces are slices of <paramref name="body"/> wherever nothing changed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Apply(ReadOnlySequence<byte> body)
    {
        var at = 0L;
        foreach (var edit in _edits ?? [])
        {
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

    private static void Cap(in BodyPeek peek, int cap, List<BodyEdit> edits)
    {
        if (peek.Limits.AreNone)
        {
            edits.Add(new BodyEdit(new ByteRange(peek.ModelValue.End, 0), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"max_tokens\":{cap}"))));
            return;
        }

        List<ByteRange> above = [];
        peek.Limits.Above(cap, above);
        foreach (var value in above)
        {
            edits.Add(new BodyEdit(value, Encoding.UTF8.GetBytes(cap.ToString(CultureInfo.InvariantCulture))));
        }
    }
}
