using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines.Liveness;

namespace Lockkeeper.Server.Ingress;

/// <summary>Limits of the request path, from the configuration.</summary>
/// <param name="MaxBody">Bytes a request body may have.</param>
/// <param name="KeepAliveInterval">Between two keep-alives to a client that waits.</param>
/// <param name="RequestTimeout">How long an engine may be silent.</param>
/// <param name="Pressure">How short of memory the machine is, for a model of which a cap may depend on it.</param>
internal sealed record IngressOptions(long MaxBody, TimeSpan KeepAliveInterval, TimeSpan RequestTimeout, Func<ModelSpec, PressureLevel> Pressure)
{
    /// <summary>Whether a client that waits for one JSON value is kept alive.</summary>
    public bool KeepAliveJson { get; init; }

    /// <summary>Whether a chat stream is told what it waits for as reasoning.</summary>
    public bool ProgressAsReasoning { get; init; }

    /// <summary>How long a run rests before it is asked whether it is there, ahead of the next request.</summary>
    /// <value>Default: that of <see cref="LivenessRules"/>.</value>
    public TimeSpan Rest { get; init; } = LivenessRules.Default.Rest;
}
