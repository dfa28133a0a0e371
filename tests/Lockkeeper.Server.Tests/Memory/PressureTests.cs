using Lockkeeper.Core.Memory;
using Lockkeeper.Server.Memory;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Memory;

public sealed class PressureTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void It_is_looked_at_when_asked_and_at_most_once_a_second()
    {
        var available = 50L;
        var memory = new RecordedMemory { WholeBytes = 100, OnAvailable = () => available };
        var pressure = new Pressure(memory, PressureThresholds.Default, _time, NullLogger<Pressure>.Instance);
        _time.Advance(TimeSpan.FromSeconds(60));
        memory.Looks.ShouldBe(0);

        pressure.Level().ShouldBe(PressureLevel.Normal);
        available = 4;
        pressure.Level().ShouldBe(PressureLevel.Normal);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        pressure.Level().ShouldBe(PressureLevel.Normal);
        memory.Looks.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        pressure.Level().ShouldBe(PressureLevel.Critical);
        memory.Looks.ShouldBe(2);
    }

    [Fact]
    public void It_remembers_its_level_so_that_it_is_left_only_well_beyond_the_threshold()
    {
        var swap = 91;
        var memory = new RecordedMemory { WholeBytes = 100, OnAvailable = () => 50 };
        var pressure = new Pressure(memory, PressureThresholds.Default, _time, NullLogger<Pressure>.Instance);
        foreach (var (used, level) in ((int, PressureLevel)[])[(91, PressureLevel.Critical), (86, PressureLevel.Critical), (84, PressureLevel.High), (86, PressureLevel.High), (10, PressureLevel.Normal)])
        {
            swap = used;
            memory.SwapSpace = new SwapUse(100, swap);
            pressure.Level().ShouldBe(level);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
