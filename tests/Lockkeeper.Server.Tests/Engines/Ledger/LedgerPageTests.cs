using System.Text;
using Lockkeeper.Server.Engines.Ledger;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Ledger;

public sealed class LedgerPageTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var page = new LedgerPage("b00t", 7, 1234, [new LedgerEntry("a \"b\"", 8, 5678, "/opt/engine", 21_000, "m.1"), new LedgerEntry("c", 9, long.MaxValue, "e", 1, "m.2")]);
        LedgerPage.TryRead(page.Write(), out var read, out var problem).ShouldBeTrue(problem);
        (read.Boot, read.Pid, read.Started).ShouldBe(("b00t", 7, 1234L));
        read.Engines.ShouldBe(page.Engines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"version":2}""")]
    [InlineData("""{"version":1,"boot":"b","pid":1,"started":2}""")]
    [InlineData("""{"version":1,"boot":"b","pid":"1","started":2,"engines":[]}""")]
    [InlineData("""{"version":1,"boot":"b","pid":1,"started":2,"engines":[{"model":"a","pid":8,"started":9,"executable":"e","port":1,"mark":""}]}""")]
    [InlineData("""{"version":1,"boot":"b","pid":1,"started":2,"engines":[{"model":"a","pid":8,"executable":"e","port":1,"mark":"m"}]}""")]
    public void Half_a_proof_is_none(string text)
    {
        LedgerPage.TryRead(Encoding.UTF8.GetBytes(text), out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNullOrEmpty();
    }
}
