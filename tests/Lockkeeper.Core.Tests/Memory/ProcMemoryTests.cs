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
    public void Meminfo_tells_how_much_of_the_swap_space_is_used()
    {
        ProcMemory.Swap("MemTotal:  24683520 kB\nSwapCached:        12 kB\nSwapTotal:       8388604 kB\nSwapFree:        6291456 kB\n"u8).ShouldBe(new SwapUse(8_388_604L * 1024, 2_097_148L * 1024));
        ProcMemory.Swap("SwapTotal:             0 kB\nSwapFree:              0 kB\n"u8).ShouldBe(new SwapUse(0, 0));
        ProcMemory.Swap("MemTotal:       24683520 kB\n"u8).ShouldBeNull();
    }

    [Fact]
    public void Zoneinfo_tells_what_each_processor_keeps_aside()
    {
        var text = """
            Node 0, zone      DMA
              pages free     2816
                    boost    0
                    min      10
                  nr_zone_inactive_anon 0
              pagesets
                cpu: 0
                          count:    0
                          high:     0
                          batch:    1
                          high_min: 0
                          high_max: 0
              vm stats threshold: 4
            Node 0, zone   Normal
              pages free     4932216
                  nr_free_cma  0
              pagesets
                cpu: 0
                          count:    95021
                          high:     105000
                          batch:    63
                cpu: 1
                          count:    1500
                          high:     2000
                          batch:    63
              node_unreclaimable:  0
              start_pfn:           1048576
            """u8;
        ProcMemory.PagesAside(text).ShouldBe(96_521);
        ProcMemory.PagesAside(default).ShouldBe(0);
    }

    [Fact]
    public void Vmstat_tells_how_many_were_killed_for_want_of_memory()
    {
        ProcMemory.Kills("nr_free_pages 5593011\nallocstall_movable 0\noom_kill 3\nnuma_hit 1\n"u8).ShouldBe(3);
        ProcMemory.Kills("nr_free_pages 5593011\n"u8).ShouldBeNull();
    }

    [Fact]
    public void A_process_holds_its_share_of_what_is_no_file_and_what_is_swapped_out()
    {
        var rollup = """
            55d4f6a9c000-7ffcb3f5d000 ---p 00000000 00:00 0                          [rollup]
            Rss:             6143820 kB
            Pss:             5893127 kB
            Pss_Dirty:       1310720 kB
            Pss_Anon:        1310720 kB
            Pss_File:        4581383 kB
            Pss_Shmem:          1024 kB
            Shared_Clean:     501388 kB
            Private_Clean:   4331712 kB
            Private_Dirty:   1310720 kB
            Anonymous:       1310720 kB
            Swap:             262144 kB
            SwapPss:          131072 kB
            Locked:                0 kB
            """u8;
        ProcMemory.FromRollup(rollup).ShouldBe(new MemoryUse((1_310_720L + 1024 + 131_072) * 1024, (1_310_720L + 1024 + 131_072 + 4_581_383) * 1024));
    }

    [Fact]
    public void An_old_kernel_s_rollup_does_not_tell_files_from_the_rest() =>
        ProcMemory.FromRollup("Rss:    1776 kB\nPss:     308 kB\nAnonymous:    112 kB\nSwapPss:   0 kB\n"u8).ShouldBeNull();

    [Fact]
    public void The_status_tells_the_same_without_shares()
    {
        var status = "Name:\tllama-server\nVmRSS:\t  900 kB\nRssAnon:\t     500 kB\nRssFile:\t     390 kB\nRssShmem:\t      10 kB\nVmSwap:\t      64 kB\n"u8;
        ProcMemory.FromStatus(status).ShouldBe(new MemoryUse(574L * 1024, 964L * 1024));
    }

    [Fact]
    public void A_zombie_has_no_figures() => ProcMemory.FromStatus("Name:\tx\nState:\tZ (zombie)\n"u8).ShouldBeNull();

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
