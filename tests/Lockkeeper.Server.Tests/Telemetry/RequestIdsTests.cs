using Lockkeeper.Server.Telemetry;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Telemetry;

public sealed class RequestIdsTests
{
    [Fact]
    public void They_sort_by_time_and_within_a_millisecond_by_order()
    {
        var time = new ManualTime();
        var ids = new RequestIds(time);
        List<string> given = [];
        for (var i = 0; i < 2_000; i++)
        {
            given.Add(ids.Next());
            time.Advance(TimeSpan.FromMilliseconds(i % 7 == 0 ? 13 : 0));
        }

        given.ShouldBe(given.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void None_is_given_twice_however_many_ask_at_once()
    {
        var ids = new RequestIds(new ManualTime());
        var given = new string[20_000];
        Parallel.For(0, given.Length, i => given[i] = ids.Next());
        given.Distinct().Count().ShouldBe(given.Length);
    }

    [Fact]
    public void They_are_short_and_fit_into_a_url()
    {
        var id = new RequestIds(TimeProvider.System).Next();
        id.Length.ShouldBe(RequestIds.Length);
        Uri.EscapeDataString(id).ShouldBe(id);
    }
}
