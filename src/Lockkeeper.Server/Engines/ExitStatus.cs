using System.Globalization;

namespace Lockkeeper.Server.Engines;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code, or 128 + signal; null when the system could not say.</param>
/// <param name="Signal">The signal that ended it, if one did.</param>
internal sealed record ExitStatus(int? Code, int? Signal)
{
    /// <summary>For a sentence that begins with "the process".</summary>
    public override string ToString() => Signal switch
    {
        null => "exited",
        4 => "was ended by SIGILL, which a build for another processor gives",
        6 => "was ended by SIGABRT",
        7 => "was ended by SIGBUS",
        9 => "was ended by SIGKILL, by hand or by the system when memory ran out",
        11 => "was ended by SIGSEGV",
        15 => "was ended by SIGTERM",
        { } other => string.Create(CultureInfo.InvariantCulture, $"was ended by signal {other}"),
    };
}
