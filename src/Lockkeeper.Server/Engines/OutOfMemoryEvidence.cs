using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Memory;

namespace Lockkeeper.Server.Engines;

/// <summary>Judges whether a run failed for want of memory. Made before the engine starts, so that what the system kills later can be told from what it killed earlier.</summary>
internal sealed class OutOfMemoryEvidence(IMemoryReader memory)
{
    private readonly long? _killsBefore = memory.Kills();

    /// <summary>The failure, with its verdict.</summary>
    /// <param name="failure">What is known of its end.</param>
    /// <param name="last">What the engine held when it was last looked at, alive.</param>
    public InstanceFailure Judge(InstanceFailure failure, HeldMemory.Mark? last) => failure with
    {
        OutOfMemory = OutOfMemorySigns.In(failure.LastOutput) || OutOfMemorySigns.InKill(failure.ExitCode, _killsBefore, memory.Kills(), memory.Total(), last?.Available),
    };
}
