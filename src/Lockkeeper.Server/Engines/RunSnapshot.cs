using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines;

/// <summary>A run at one moment, for showing. Nothing may be decided by it: it is old when it is read.</summary>
/// <param name="Instance">The run.</param>
/// <param name="State">Its state.</param>
/// <param name="Pid">Process id of the engine, once it has one.</param>
/// <param name="BaseAddress">Where it answers, while it is ready.</param>
/// <param name="HeldBytes">Memory that comes back when it dies, as last measured.</param>
/// <param name="Failure">Why it ended, if nobody asked it to.</param>
internal sealed record RunSnapshot(InstanceId Instance, RunState State, int? Pid, Uri? BaseAddress, long? HeldBytes, InstanceFailure? Failure)
{
    /// <summary>The most it has had so far, file pages included.</summary>
    public long? FootprintBytes { get; init; }
}
