using System.Diagnostics.CodeAnalysis;

namespace Lockkeeper.Core.Config;

/// <summary>Where an API key is: <c>env:NAME</c>, <c>file:PATH</c>, or <c>sha256:HEX</c>, its hash. A key itself is refused: files are shared, and backed up, and shown.</summary>
/// <remarks>No message and no <see cref="ToString"/> shows what was written, unless it names a place.</remarks>
internal readonly record struct KeySource
{
    /// <summary>What may be written, for messages.</summary>
    public const string Example = "env:NAME (an environment variable), file:PATH, or sha256: and 64 hexadecimal digits";

    private const int HashDigits = 64;

    private readonly string? _value;

    private KeySource(KeyPlace place, string value) => (Place, _value) = (place, value);

    public KeyPlace Place { get; }

    /// <summary>Name of the variable, path of the file, or the hash in hexadecimal.</summary>
    public string Value => _value ?? "";

    /// <returns>False when the text is none; <paramref name="problem"/> then says what would be, without citing it.</returns>
    public static bool TryParse(string text, out KeySource source, [NotNullWhen(false)] out string? problem)
    {
        source = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var value = text[(colon + 1)..];
        problem = text[..Math.Max(colon, 0)] switch
        {
            "env" when value.Length == 0 || value.AsSpan().ContainsAny('=', '\0', ' ') => $"names no environment variable; write {Example}",
            "file" when PathRules.Refuse(value) is { } refusal => $"{refusal}; write {Example}",
            "sha256" when value.Length != HashDigits || !value.All(char.IsAsciiHexDigit) =>
                $"is no SHA-256 hash, which has {HashDigits} hexadecimal digits; printf %s \"$KEY\" | sha256sum writes it",
            "env" or "file" or "sha256" => null,
            _ => $"must not be the key itself; write {Example}",
        };
        if (problem is not null)
        {
            return false;
        }

        source = new KeySource(text[..colon] switch { "env" => KeyPlace.Environment, "file" => KeyPlace.File, _ => KeyPlace.Hash }, value);
        return true;
    }

    public override string ToString() => Place switch
    {
        KeyPlace.Environment => $"env:{Value}",
        KeyPlace.File => $"file:{Value}",
        _ => "sha256:…",
    };
}

/// <summary>The kinds of places a key can be in.</summary>
internal enum KeyPlace
{
    Hash,
    Environment,
    File,
}
