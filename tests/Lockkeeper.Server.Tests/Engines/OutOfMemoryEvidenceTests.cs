using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Memory;
using Lockkeeper.Server.Tests.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class OutOfMemoryEvidenceTests
{
    private readonly RecordedMemory _memory = new() { WholeBytes = 1000, KillCount = 5 };

    [Fact]
    public void What_the_engine_said_is_evidence() => Judge(1, "CUDA error: out of memory").ShouldBeTrue();

    [Fact]
    public void A_kill_counts_when_the_system_has_killed_since_the_start()
    {
        Judge(137, "loading").ShouldBeFalse();
        var evidence = new OutOfMemoryEvidence(_memory);
        _memory.KillCount = 6;
        evidence.Judge(new InstanceFailure("killed", 137, []), null).OutOfMemory.ShouldBeTrue();
        Judge(137, "loading").ShouldBeFalse("that kill was before the start");
    }

    [Fact]
    public void A_kill_counts_when_no_memory_was_left() => Judge(137, "loading", available: 10).ShouldBeTrue();

    [Fact]
    public async Task An_engine_that_fails_to_start_for_want_of_memory_is_told_as_such()
    {
        await using var yard = new Yard();
        yard.Start(Yard.Model("--print", "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 8192.00 MiB on device 0: cudaMalloc failed: out of memory", "--exit-at-start", "1"));
        (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure.OutOfMemory.ShouldBeTrue();
    }

    [Fact]
    public async Task One_that_fails_for_something_else_is_not()
    {
        await using var yard = new Yard();
        yard.Start(Yard.Model("--print", "no kernel image for this device", "--exit-at-start", "1"));
        (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure.OutOfMemory.ShouldBeFalse();
    }

    private bool Judge(int exitCode, string line, long available = 900) => new OutOfMemoryEvidence(_memory)
        .Judge(new InstanceFailure("it ended", exitCode, [line]), new HeldMemory.Mark(new MemoryUse(1, 1), available)).OutOfMemory;
}
