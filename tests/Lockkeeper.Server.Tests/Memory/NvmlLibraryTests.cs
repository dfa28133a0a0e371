using System.Runtime.InteropServices;
using Lockkeeper.Server.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class NvmlLibraryTests
{
    [Fact]
    public void Without_the_library_there_is_none() => NvmlLibrary.TryLoad("libno-such-library.so.1").ShouldBeNull();

    [Fact]
    public void A_library_of_another_kind_is_not_taken_for_it()
    {
        // The C library is there wherever .NET is, and has no nvmlInit_v2.
        var some = OperatingSystem.IsWindows() ? "kernel32" : OperatingSystem.IsMacOS() ? "libSystem.dylib" : "libc";
        NvmlLibrary.TryLoad(some).ShouldBeNull();
    }

    [Fact]
    public void What_the_driver_fills_in_has_its_layout()
    {
        Marshal.SizeOf<NvmlLibrary.DeviceMemory>().ShouldBe(24);
        Marshal.OffsetOf<NvmlLibrary.DeviceMemory>(nameof(NvmlLibrary.DeviceMemory.Free)).ShouldBe(8);
        Marshal.SizeOf<NvmlLibrary.ProcessUse>().ShouldBe(24);
        Marshal.OffsetOf<NvmlLibrary.ProcessUse>(nameof(NvmlLibrary.ProcessUse.Used)).ShouldBe(8);
        Marshal.OffsetOf<NvmlLibrary.ProcessUse>(nameof(NvmlLibrary.ProcessUse.GpuInstance)).ShouldBe(16);
    }

    [Fact]
    public void Bytes_that_are_not_told_are_no_bytes()
    {
        new NvmlLibrary.ProcessUse { Pid = 41, Used = ulong.MaxValue }.Told().ShouldBe(new NvmlProcess(41, null));
        new NvmlLibrary.ProcessUse { Pid = 41, Used = 5 }.Told().ShouldBe(new NvmlProcess(41, 5));
    }
}
