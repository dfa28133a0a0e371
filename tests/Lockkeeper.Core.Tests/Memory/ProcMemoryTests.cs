using Lockkeeper.Core.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Memory;

public sealed class ProcMemoryTests
{
    [Fact]
    public void Meminfo_tells_total_and_available()
    {
        var text = "MemTotal:       24683520 kB\nMemFree:        22000000 kB\nMemAvailable:   24376320 kB\nBuffers:            1000 kB\n"u8;
        ProcMemory.Total(text).ShouldBe(24_683_520L * 1024);
        ProcMemory.Available(text).ShouldBe(24_376_320L * 1024);
    }

    [Fact]
    public void Held_is_anonymous_and_shared_memory_but_no_file_pages() =>
        ProcMemory.Held("Name:\tx\nVmRSS:\t  900 kB\nRssAnon:\t     500 kB\nRssFile:\t     390 kB\nRssShmem:\t      10 kB\n"u8).ShouldBe(510L * 1024);

    [Fact]
    public void A_zombie_has_no_figures() => ProcMemory.Held("Name:\tx\nState:\tZ (zombie)\n"u8).ShouldBeNull();

    [Fact]
    public void A_cgroup_without_a_limit_has_none()
    {
        ProcMemory.Bytes("max\n"u8).ShouldBeNull();
        ProcMemory.Bytes("1073741824\n"u8).ShouldBe(1_073_741_824);
    }

    [Fact]
    public void Inactive_file_pages_are_read_from_both_versions()
    {
        ProcMemory.InactiveFile("anon 1\ninactive_file 4096\nactive_file 5\n"u8).ShouldBe(4096);
        ProcMemory.InactiveFile("inactive_file 4096\ntotal_inactive_file 8192\n"u8).ShouldBe(8192);
        ProcMemory.InactiveFile("anon 1\n"u8).ShouldBeNull();
    }

    [Fact]
    public void The_cgroup_s_folder_is_found_in_both_versions()
    {
        var mixed = "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/user.slice\n"u8;
        ProcMemory.CgroupFolder(mixed, "memory"u8).ShouldBe("/a/b");
        ProcMemory.CgroupFolder(mixed, ""u8).ShouldBe("/user.slice");
        ProcMemory.CgroupFolder("4:cpu:/a\n"u8, "memory"u8).ShouldBeNull();
        ProcMemory.CgroupFolder("nonsense"u8, ""u8).ShouldBeNull();
    }
}
