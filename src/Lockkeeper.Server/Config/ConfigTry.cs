using System.Collections.Immutable;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>What came of one try to load the configuration.</summary>
/// <param name="At">When.</param>
/// <param name="Cause">Why it was tried.</param>
/// <param name="Problems">All that was wrong; with any, the configuration before stays in force.</param>
internal sealed record ConfigTry(DateTimeOffset At, ReloadCause Cause, ImmutableArray<ConfigProblem> Problems)
{
    public bool Ok => Problems.IsEmpty;
}

/// <summary>Why a configuration is loaded.</summary>
internal enum ReloadCause
{
    /// <summary>Lockkeeper starts.</summary>
    Start,

    /// <summary>A file has changed.</summary>
    Change,

    /// <summary>SIGHUP.</summary>
    Signal,

    /// <summary><c>POST /admin/reload</c>.</summary>
    Request,
}
