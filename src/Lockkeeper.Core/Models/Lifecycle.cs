namespace Lockkeeper.Core.Models;

/// <summary>How an engine is brought up and freed.</summary>
internal enum Lifecycle
{
    /// <summary>A child process, started when its model is wanted and stopped with SIGTERM to its whole group.</summary>
    Process,

    /// <summary>It runs already, for ever, and is never started or stopped by us.</summary>
    Attached,
}
