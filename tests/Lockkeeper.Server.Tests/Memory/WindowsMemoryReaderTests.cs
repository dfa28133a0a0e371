using System.Runtime.InteropServices;
using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class WindowsMemoryReaderTests
{
    [Fact]
    public void What_the_kernel_fills_in_has_its_layout()
    {
        Marshal.SizeOf<WindowsMemoryReader.MemoryStatus>().ShouldBe(64);
        Marshal.SizeOf<WindowsMemoryReader.ProcessCounters>().ShouldBe(80);
    }

    [Fact]
    public void The_fields_are_where_the_kernel_writes_them()
    {
        // MEMORYSTATUSEX: two of 4 bytes, then total and available of 8.
        var status = MemoryMarshal.AsRef<WindowsMemoryReader.MemoryStatus>(MemoryMarshal.AsBytes<ulong>([64, 32_000, 20_000, 0, 0, 0, 0, 0]));
        (status.Size, status.Total, status.Available).ShouldBe((64u, 32_000UL, 20_000UL));

        // PROCESS_MEMORY_COUNTERS_EX: two of 4 bytes, the working set at its peak and now, …, private usage last.
        var counters = MemoryMarshal.AsRef<WindowsMemoryReader.ProcessCounters>(MemoryMarshal.AsBytes<ulong>([80, 0, 700, 0, 0, 0, 0, 0, 0, 500]));
        counters.ToUse().ShouldBe(new MemoryUse(500, 700));
    }
}
