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
    public void This_process_holds_some_and_one_that_is_gone_holds_none()
    {
        _memory.HeldBy([Environment.ProcessId]).ShouldNotBeNull().ShouldBeGreaterThan(1024 * 1024);
        _memory.HeldBy([int.MaxValue]).ShouldBe(0);
    }
}
