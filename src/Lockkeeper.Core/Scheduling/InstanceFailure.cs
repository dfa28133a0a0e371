using System.Globalization;

namespace Lockkeeper.Core.Scheduling;

/// <summary>Why an instance failed, with the evidence a person needs at 2 a.m.</summary>
/// <param name="Cause">One sentence: what happened.</param>
/// <param name="ExitCode">Exit code of the process, 128 + signal when a signal ended it; null when it is not known or it still ran.</param>
/// <param name="LastOutput">The last lines the engine printed, oldest first.</param>
internal sealed record InstanceFailure(string Cause, int? ExitCode, IReadOnlyList<string> LastOutput)
{
    /// <summary>More would bury the cause; the log has had every line.</summary>
    private const int LinesShown = 5;

    /// <summary>Whether it failed for want of memory, as far as its output and its end tell.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>Whether the engine is not to blame: it was stopped by us while it worked.</summary>
    public bool Intended { get; init; }

    public static InstanceFailure Of(string cause) => new(cause, null, []);

    /// <summary>Cause, exit code and last lines in one line, the same for the client and for the log.</summary>
    public override string ToString()
    {
        var exit = ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $" (exit code {code})") : "";
        var output = LastOutput.Count == 0 ? "" : $" Its last output: {string.Join(" | ", LastOutput.TakeLast(LinesShown))}";
        return $"{Cause.TrimEnd('.')}{exit}.{output}";
    }
}
