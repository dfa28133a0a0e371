using System.Diagnostics.CodeAnalysis;

namespace Lockkeeper.Core.Config;

/// <summary>Where a secret is that Lockkeeper itself must send: <c>env:NAME</c> or <c>file:PATH</c>. The secret itself is refused: files are shared, and backed up, and shown.</summary>
/// <remarks>No message and no <see cref="ToString"/> shows what was written, unless it names a place.</remarks>
internal readonly record struct SecretSource
{
    /// <summary>What may be written, for messages.</summary>
    public const string Example = "env:NAME (an environment variable) or file:PATH";

    private readonly string? _value;

    private SecretSource(KeyPlace place, string value) => (Place, _value) = (place, value);

    public KeyPlace Place { get; }

    /// <summary>Name of the variable, or path of the file.</summary>
    public string Value => _value ?? "";

    /// <returns>False when the text is none; <paramref name="problem"/> then says what would be, without citing it.</returns>
    public static bool TryParse(string text, out SecretSource source, [NotNullWhen(false)] out string? problem)
    {
        source = default;
        if (!KeySource.TryParse(text, out var key, out _) || key.Place == KeyPlace.Hash)
        {
            problem = $"must not be the secret itself, nor its hash; write {Example}";
            return false;
        }

        problem = null;
        source = new SecretSource(key.Place, key.Value);
        return true;
    }

    public override string ToString() => $"{(Place == KeyPlace.Environment ? "env" : "file")}:{Value}";
}
