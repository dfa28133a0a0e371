namespace Lockkeeper.Cli;

/// <summary>What the process tells its parent. Part of the command line's contract.</summary>
internal enum ExitCode
{
    Success = 0,

    /// <summary>It was asked for properly and did not work; stderr says why.</summary>
    Failure = 1,

    /// <summary>The command line or the configuration is wrong; nothing was started.</summary>
    Usage = 2,

    /// <summary>A second SIGINT: stopped at once, without draining.</summary>
    Interrupted = 130,

    /// <summary>A second SIGTERM: stopped at once, without draining.</summary>
    Terminated = 143,
}
