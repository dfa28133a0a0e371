using System.Diagnostics.CodeAnalysis;

namespace Lockkeeper.Core.Config;

/// <summary>A size, or <c>auto</c> for what the machine has.</summary>
/// <param name="Size">Null for <c>auto</c>.</param>
internal readonly record struct SizeOrAuto(ByteSize? Size)
{
    /// <summary>What may be written, for messages.</summary>
    public const string Example = "auto, or " + ByteSize.Example;

    private const string AutoWord = "auto";

    /// <returns>False when the text is neither; <paramref name="problem"/> then says what would be.</returns>
    public static bool TryParse(string text, out SizeOrAuto memory, [NotNullWhen(false)] out string? problem)
    {
        memory = default;
        problem = null;
        if (text == AutoWord)
        {
            return true;
        }

        var read = ByteSize.TryParse(text, out var size, out problem);
        memory = read ? new SizeOrAuto(size) : default;
        return read;
    }

    public override string ToString() => Size?.ToString() ?? AutoWord;
}
