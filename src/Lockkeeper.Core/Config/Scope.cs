namespace Lockkeeper.Core.Config;

/// <summary>What a caller may do.</summary>
internal enum Scope
{
    /// <summary>Ask models, and list them.</summary>
    Infer,

    /// <summary>See and steer the scheduler: everything under <c>/admin</c>, and <c>/status</c>.</summary>
    Admin,

    /// <summary>Read <c>/metrics</c>.</summary>
    Metrics,
}
