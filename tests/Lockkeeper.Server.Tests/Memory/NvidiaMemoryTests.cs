using Lockkeeper.Server.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class NvidiaMemoryTests
{
    private static readonly RecordedNvml.Device Idle = new(24_000, 23_000);

    private static readonly RecordedNvml.Device Unified = new(0, 0)
    {
        MemoryStatus = NvmlStatus.NotSupported,
        Computing = (NvmlStatus.Success, [new NvmlProcess(41, 90_000)]),
    };

    [Fact]
    public void Two_cards_count_as_one()
    {
        var memory = Of(Idle with { Computing = (NvmlStatus.Success, [new(41, 700), new(42, 50)]) }, new(8_000, 7_500) { Computing = (NvmlStatus.Success, [new(41, 300)]) });
        memory.HasOwnMemory.ShouldBeTrue();
        memory.Total().ShouldBe(32_000);
        memory.Available().ShouldBe(30_500);
        memory.HeldBy([41]).ShouldBe(1000);
        memory.HeldBy([41, 42, 43]).ShouldBe(1050);
    }

    [Fact]
    public void A_process_that_draws_and_computes_counts_once() =>
        Of(Idle with { Computing = (NvmlStatus.Success, [new(41, 700)]), Drawing = (NvmlStatus.Success, [new(41, 700), new(42, 30)]) }).HeldBy([41, 42]).ShouldBe(730);

    [Fact]
    public void A_process_that_is_gone_holds_nothing() => Of(Idle with { Computing = (NvmlStatus.Success, [new(41, 700)]) }).HeldBy([77]).ShouldBe(0);

    [Fact]
    public void A_gpu_without_memory_of_its_own_still_tells_what_processes_have_there()
    {
        var memory = Of(Unified);
        memory.HasOwnMemory.ShouldBeFalse();
        memory.Total().ShouldBeNull();
        memory.Available().ShouldBeNull();
        memory.HeldBy([41]).ShouldBe(90_000);
        memory.HeldBy([42]).ShouldBe(0);
    }

    [Fact]
    public void Beside_a_card_the_memory_of_a_gpu_that_has_none_is_left_out()
    {
        var memory = Of(Unified, Idle);
        memory.Total().ShouldBe(24_000);
        memory.HeldBy([41]).ShouldBe(0);
    }

    [Fact]
    public void Bytes_the_driver_does_not_tell_are_unknown_and_not_none()
    {
        var memory = Of(Idle with { Computing = (NvmlStatus.Success, [new(41, null)]) });
        memory.HeldBy([41]).ShouldBeNull();
        memory.HeldBy([42]).ShouldBe(0);
    }

    [Theory]
    [InlineData(NvmlStatus.NotSupported)]
    [InlineData(NvmlStatus.FunctionNotFound)]
    public void A_card_that_draws_nothing_has_no_such_list(object status) =>
        Of(Idle with { Computing = (NvmlStatus.Success, [new(41, 700)]), Drawing = ((NvmlStatus)status, []) }).HeldBy([41]).ShouldBe(700);

    [Theory]
    [InlineData(NvmlStatus.NotSupported)]
    [InlineData(NvmlStatus.FunctionNotFound)]
    [InlineData(NvmlStatus.GpuIsLost)]
    [InlineData(NvmlStatus.Unknown)]
    public void A_list_of_those_that_compute_that_cannot_be_had_leaves_it_unknown(object status) =>
        Of(Idle with { Computing = ((NvmlStatus)status, []) }).HeldBy([41]).ShouldBeNull();

    [Fact]
    public void A_card_that_is_lost_while_we_run_has_no_figures_until_it_is_back()
    {
        var nvml = new RecordedNvml { Devices = [Idle, Idle] };
        var memory = new NvidiaMemory(nvml);
        nvml.Devices = [Idle, Idle with { MemoryStatus = NvmlStatus.GpuIsLost }];
        memory.HasOwnMemory.ShouldBeTrue();
        memory.Total().ShouldBeNull();
        memory.Available().ShouldBeNull();
        nvml.Devices = [Idle, Idle];
        memory.Available().ShouldBe(46_000);
    }

    [Fact]
    public void A_driver_that_does_not_answer_has_no_cards()
    {
        var memory = new NvidiaMemory(new RecordedNvml { Devices = [Idle], CountStatus = NvmlStatus.DriverMismatch });
        memory.HasOwnMemory.ShouldBeFalse();
        memory.HeldBy([41]).ShouldBe(0);
    }

    private static NvidiaMemory Of(params RecordedNvml.Device[] devices) => new(new RecordedNvml { Devices = devices });
}
