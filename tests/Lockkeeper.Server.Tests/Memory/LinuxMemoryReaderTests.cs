using System.IO.MemoryMappedFiles;
using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class LinuxMemoryReaderTests
{
    private readonly LinuxMemoryReader _memory = new();

    [Fact]
    public void This_machine_has_memory_and_some_of_it_is_available()
    {
        var total = _memory.Total().ShouldNotBeNull();
        _memory.Available().ShouldNotBeNull().ShouldBeInRange(1, total);
    }

    [Fact]
    public void This_process_holds_some_maps_more_and_one_that_is_gone_has_none()
    {
        var use = _memory.UseOf([Environment.ProcessId]).ShouldNotBeNull();
        use.Held.ShouldBeGreaterThan(1024 * 1024);
        use.Footprint.ShouldBeGreaterThan(use.Held + (1024 * 1024));
        _memory.UseOf([int.MaxValue]).ShouldBe(default(MemoryUse));
        _memory.UseOf([]).ShouldBe(default(MemoryUse));
    }

    [Fact]
    public void Processes_are_added_up()
    {
        var one = _memory.UseOf([Environment.ProcessId]).ShouldNotBeNull().Held;
        _memory.UseOf([Environment.ProcessId, int.MaxValue, Environment.ProcessId]).ShouldNotBeNull().Held.ShouldBeInRange(one * 3 / 2, one * 3);
    }

    [Fact]
    public void The_swap_space_is_known_and_no_more_of_it_is_used_than_there_is()
    {
        var swap = _memory.Swap().ShouldNotBeNull();
        swap.Used.ShouldBeInRange(0, swap.Total);
    }

    [Fact]
    public void A_file_mapped_and_read_is_footprint_but_not_held()
    {
        var file = Path.GetTempFileName();
        const int Bytes = 64 * 1024 * 1024;
        try
        {
            File.WriteAllBytes(file, new byte[Bytes]);
            using var mapped = MemoryMappedFile.CreateFromFile(file, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            using var view = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            var before = _memory.UseOf([Environment.ProcessId])!.Value;
            var sum = 0;
            for (var at = 0; at < Bytes; at += 4096)
            {
                sum += view.ReadByte(at);
            }

            var after = _memory.UseOf([Environment.ProcessId])!.Value;
            sum.ShouldBe(0);
            (after.Footprint - after.Held - (before.Footprint - before.Held)).ShouldBeInRange(Bytes * 9L / 10, Bytes * 11L / 10);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
