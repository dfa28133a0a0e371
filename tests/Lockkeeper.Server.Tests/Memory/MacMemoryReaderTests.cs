using System.Runtime.InteropServices;
using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class MacMemoryReaderTests
{
    [Fact]
    public void What_the_kernel_fills_in_has_its_layout()
    {
        Marshal.SizeOf<MacMemoryReader.VmStatistics>().ShouldBe(152);
        Marshal.SizeOf<MacMemoryReader.Rusage>().ShouldBe(96);
        Marshal.SizeOf<MacMemoryReader.SwapUsage>().ShouldBe(32);
    }

    [Fact]
    public void The_fields_are_where_the_kernel_writes_them()
    {
        // vm_statistics64: 4 counts of 4 bytes, 9 of 8, purgeable and speculative, 4 of 8, then compressor, throttled, external, internal.
        var statistics = new uint[38];
        (statistics[0], statistics[22], statistics[23], statistics[34]) = (1000, 10, 100, 5000);
        MemoryMarshal.AsRef<MacMemoryReader.VmStatistics>(MemoryMarshal.AsBytes<uint>(statistics)).AvailablePages.ShouldBe(1000 - 100 + 5000 + 10);

        // rusage_info_v0: a uuid of 16 bytes, then 64-bit figures, of which resident size is the seventh and physical footprint the eighth.
        var usage = new ulong[12];
        (usage[8], usage[9]) = (700, 500);
        MemoryMarshal.AsRef<MacMemoryReader.Rusage>(MemoryMarshal.AsBytes<ulong>(usage)).ToUse().ShouldBe(new MemoryUse(500, 700));
        (usage[8], usage[9]) = (300, 500);
        MemoryMarshal.AsRef<MacMemoryReader.Rusage>(MemoryMarshal.AsBytes<ulong>(usage)).ToUse().ShouldBe(new MemoryUse(500, 500));

        // xsw_usage: total, available, used.
        var swap = MemoryMarshal.AsRef<MacMemoryReader.SwapUsage>(MemoryMarshal.AsBytes<ulong>([8, 6, 2, 0]));
        (swap.Total, swap.Used).ShouldBe((8UL, 2UL));
    }
}
