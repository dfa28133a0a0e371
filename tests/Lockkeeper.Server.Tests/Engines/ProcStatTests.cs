using System.Text;
using Lockkeeper.Server.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class ProcStatTests
{
    [Fact]
    public void A_name_with_blanks_and_brackets_does_not_shift_the_fields()
    {
        const string Text = "4711 (a) S 1 ) b) R 17 4711 4710 34816 -1 4194560 3 0 0 0 1 2 0 0 20 0 1 0 987654 5 6 18446744073709551615\n";
        ProcStat.TryParse(Encoding.UTF8.GetBytes(Text), out var stat).ShouldBeTrue();
        stat.ShouldBe(new ProcStat(4711, 'R', 17, 4711, 4710, 987654));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4711")]
    [InlineData("4711 (x)")]
    [InlineData("4711 (x) S 1 2 3 4")]
    [InlineData("x (x) S 1 2 3 4")]
    public void A_cut_text_is_refused(string text) => ProcStat.TryParse(Encoding.UTF8.GetBytes(text), out _).ShouldBeFalse();

    [Fact]
    public void Our_own_process_is_in_the_list_of_all()
    {
        var own = ProcStat.All().Single(stat => stat.Pid == Environment.ProcessId);
        own.IsAlive.ShouldBeTrue();
        own.Started.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_process_that_is_not_there_is_none() => ProcStat.Of(int.MaxValue).ShouldBeNull();
}
