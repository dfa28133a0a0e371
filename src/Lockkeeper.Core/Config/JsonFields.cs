using System.Collections;
using System.Collections.Immutable;

namespace Lockkeeper.Core.Config;

/// <summary>Members of a JSON object, in the order of the file. Each value is compact JSON text: <c>0.7</c>, <c>"text"</c>, <c>{"a":[1]}</c>.</summary>
internal sealed class JsonFields(IEnumerable<KeyValuePair<string, string>> fields) : IReadOnlyList<KeyValuePair<string, string>>, IEquatable<JsonFields>
{
    public static readonly JsonFields None = new();

    private readonly ImmutableArray<KeyValuePair<string, string>> _fields = [.. fields];

    public JsonFields()
        : this([])
    {
    }

    public int Count => _fields.Length;

    public KeyValuePair<string, string> this[int index] => _fields[index];

    public bool Equals(JsonFields? other) => other is not null && _fields.AsSpan().SequenceEqual(other._fields.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as JsonFields);

    public override int GetHashCode() => _fields.Aggregate(Count, HashCode.Combine);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _fields.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
