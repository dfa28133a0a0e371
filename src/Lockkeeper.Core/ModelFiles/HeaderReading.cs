using System.Diagnostics.CodeAnalysis;

namespace Lockkeeper.Core.ModelFiles;

/// <summary>What came of reading a header: the header, or why there is none. Reading does not throw, whatever the bytes are.</summary>
internal readonly record struct HeaderReading<T>
    where T : class
{
    private HeaderReading(T? header, string? refusal) => (Header, Refusal) = (header, refusal);

    public T? Header { get; }

    /// <summary>Why it is no such header; null when it is one, or could still become one.</summary>
    public string? Refusal { get; }

    /// <summary>Whether the bytes end before the header does.</summary>
    public bool NeedsMore => Header is null && Refusal is null;

    public static HeaderReading<T> Short => default;

    public static HeaderReading<T> Of(T header) => new(header, null);

    public static HeaderReading<T> Refused(string why) => new(null, why);

    public bool Holds([NotNullWhen(true)] out T? header) => (header = Header) is not null;
}
