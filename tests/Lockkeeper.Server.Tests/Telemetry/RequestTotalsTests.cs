using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Telemetry;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Telemetry;

public sealed class RequestTotalsTests
{
    [Fact]
    public void Each_request_counts_once_by_how_it_ended()
    {
        var totals = new RequestTotals();
        var failure = InstanceFailure.Of("it died");
        foreach (var (error, status) in new (RouterError?, int)[]
        {
            (null, 200), (null, 500), (new RouterError.QueueFull(1, TimeSpan.FromSeconds(1)), 503), (new RouterError.QueueTimeout(new ModelId("a"), TimeSpan.FromSeconds(1), "x"), 504),
            (new RouterError.EngineSilent(new ModelId("a"), TimeSpan.FromSeconds(1)), 504), (new RouterError.EngineFailed(new ModelId("a"), failure), 502), (new RouterError.ClientGone(), 499),
        })
        {
            var entry = new JournalEntry("id", "/", DateTimeOffset.UnixEpoch);
            entry.End(error, status, TimeSpan.Zero);
            totals.Observe(entry);
        }

        totals.Now().ShouldBe(new RequestTotals.Counts(Served: 2, Rejected: 1, Timeouts: 2, Errors: 1, Cancelled: 1));
        totals.Now().All.ShouldBe(7);
    }
}
