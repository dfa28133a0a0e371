using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class MachineMemoryTests
{
    private static readonly RecordedMemory System = new()
    {
        WholeBytes = 64_000,
        OnAvailable = () => 50_000,
        SwapSpace = new SwapUse(8_000, 100),
        KillCount = 2,
        OnUse = pids => new MemoryUse(100 * pids.Count, 150 * pids.Count),
    };

    [Fact]
    public void Without_a_gpu_it_is_the_system_s()
    {
        var memory = new MachineMemory(System);
        memory.IsOfDevices.ShouldBeFalse();
        (memory.Total(), memory.Available(), memory.Swap(), memory.Kills()).ShouldBe((64_000, 50_000, new SwapUse(8_000, 100), 2));
        memory.UseOf([1, 2]).ShouldBe(new MemoryUse(200, 300));
    }

    [Fact]
    public void With_cards_it_is_theirs_and_a_run_is_what_it_has_there()
    {
        var memory = new MachineMemory(System, new Gpus(HasOwnMemory: true, 24_000, 20_000, 7), new Gpus(HasOwnMemory: true, 8_000, 1_000, 5), new Gpus(HasOwnMemory: false, null, null, 9));
        memory.IsOfDevices.ShouldBeTrue();
        (memory.Total(), memory.Available()).ShouldBe((32_000, 21_000));
        memory.UseOf([1, 2]).ShouldBe(new MemoryUse(12, 12));
        memory.Swap().ShouldBe(new SwapUse(8_000, 100), "swap is the system's in any case");
        memory.System.Available().ShouldBe(50_000);
    }

    [Fact]
    public void With_a_gpu_that_shares_the_memory_a_run_is_its_processes_and_what_the_driver_holds_for_them()
    {
        var memory = new MachineMemory(System, new Gpus(HasOwnMemory: false, null, null, 9_000));
        (memory.Total(), memory.Available()).ShouldBe((64_000, 50_000));
        memory.UseOf([1]).ShouldBe(new MemoryUse(9_100, 9_150));
    }

    [Fact]
    public void A_figure_that_one_of_them_does_not_tell_makes_the_sum_unknown()
    {
        var memory = new MachineMemory(System, new Gpus(HasOwnMemory: true, 24_000, null, null), new Gpus(HasOwnMemory: true, 8_000, 1_000, 5));
        (memory.Total(), memory.Available(), memory.UseOf([1])).ShouldBe((32_000, null, null));
        new MachineMemory(System, new Gpus(HasOwnMemory: false, null, null, null)).UseOf([1]).ShouldBeNull();
    }

    [Fact]
    public void This_machine_has_some()
    {
        var memory = MachineMemory.OfThisMachine();
        memory.Total().ShouldNotBeNull().ShouldBeGreaterThan(0);
        memory.UseOf([Environment.ProcessId]).ShouldNotBeNull();
    }

    private sealed record Gpus(bool HasOwnMemory, long? TotalBytes, long? Free, long? Held) : IDeviceMemory
    {
        public long? Total() => TotalBytes;

        public long? Available() => Free;

        public long? HeldBy(IReadOnlyList<int> pids) => Held;
    }
}
