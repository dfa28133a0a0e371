namespace Lockkeeper.Core.Models;

/// <summary>How an engine is brought up and freed.</summary>
internal enum Lifecycle
{
    /// <summary>A child process, started when its model is wanted and stopped with SIGTERM to its whole group.</summary>
    Process,

    /// <summary>It runs already; models are loaded into it and unloaded from it over its own HTTP API.</summary>
    Api,

    /// <summary>An Ollama daemon: loaded with <c>keep_alive</c>, unloaded with <c>keep_alive: 0</c>, seen in <c>/api/ps</c>.</summary>
    Ollama,

    /// <summary>A unit of systemd, started and stopped with <c>systemctl</c>.</summary>
    Systemd,

    /// <summary>It runs already, for ever, and is never started or stopped by us.</summary>
    Attached,

    /// <summary>Somebody else's machine: no memory of ours, so no queue either.</summary>
    Cloud,
}
