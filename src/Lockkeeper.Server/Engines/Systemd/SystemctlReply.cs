using System.Globalization;

namespace Lockkeeper.Server.Engines.Systemd;

/// <summary>What a call of <c>systemctl</c> came to.</summary>
/// <param name="Asked">The call as one would type it.</param>
/// <param name="Code">Its exit code; null when it had to be given up, or was not run at all.</param>
/// <param name="Text">What it printed, or why it was not run.</param>
internal sealed record SystemctlReply(string Asked, int? Code, string Text)
{
    private const int LongestExcerpt = 300;

    public bool IsGood => Code == 0;

    public override string ToString()
    {
        var said = string.Concat(Text.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
        var excerpt = said.Length <= LongestExcerpt ? said : $"{said.AsSpan(0, LongestExcerpt)}…";
        var came = Code is { } code ? string.Create(CultureInfo.InvariantCulture, $"exited with {code}") : "did not end";
        return excerpt.Length == 0 ? $"'{Asked}' {came}" : $"'{Asked}' {came}: {excerpt}";
    }
}
