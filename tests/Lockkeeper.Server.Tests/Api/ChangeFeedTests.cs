using System.Text;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Memory;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Server.Tests.Scheduling;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Api;

public sealed class ChangeFeedTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly RouterMetrics _metrics = new(new LiveCatalog(ModelCatalog.Of([])));
    private readonly AdmissionFixture _fixture = new();
    private readonly Instances _instances;
    private readonly ChangeFeed _feed;

    public ChangeFeedTests()
    {
        var swaps = new SwapWatch(_fixture.Mailbox, _metrics, _time);
        _instances = new Instances(_fixture.Mailbox, new UnknownMemoryReader(), _ => TimeSpan.FromSeconds(1), _time, NullLoggerFactory.Instance);
        var lookout = new Lookout(new LiveCatalog(ModelCatalog.Of([])), _fixture.Admission, _instances, new Journal(_time), new Learning(swaps, new Speeds()), swaps);
        _feed = new ChangeFeed(lookout, _time);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _feed.Dispose();
        _fixture.Dispose();
        await _instances.DisposeAsync();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_listener_that_does_not_keep_up_is_cut_off_and_another_is_not()
    {
        var (slow, _, slowCut) = _feed.Subscribe();
        var (quick, _, quickCut) = _feed.Subscribe();
        var heard = 0;
        for (var i = 0; i < ChangeFeed.Backlog + 50; i++)
        {
            _feed.Ended(Entry());
            while (quick.TryRead(out _))
            {
                heard++;
            }
        }

        heard.ShouldBeGreaterThanOrEqualTo(ChangeFeed.Backlog + 50);
        var left = 0;
        await foreach (var _ in slow.ReadAllAsync())
        {
            left++;
        }

        left.ShouldBe(ChangeFeed.Backlog, "what it had not read, and then the end");
        quick.Completion.IsCompleted.ShouldBeFalse();
        await Eventually.True(() => slowCut.IsCompleted, "who is stuck in writing is told");
        quickCut.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void What_happens_while_nobody_listens_is_counted()
    {
        var (first, before, _) = _feed.Subscribe();
        _feed.Unsubscribe(first);
        _feed.Ended(Entry());
        _feed.Ended(Entry());
        _feed.Subscribe().Version.ShouldBeGreaterThanOrEqualTo(before + 2);
    }

    [Fact]
    public async Task A_closed_feed_ends_those_who_listen_and_those_who_come_later()
    {
        var (early, _, _) = _feed.Subscribe();
        _feed.Dispose();
        var (late, _, _) = _feed.Subscribe();
        await foreach (var _ in early.ReadAllAsync())
        {
        }

        late.Completion.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void An_event_is_framed_as_one() =>
        Encoding.UTF8.GetString(ChangeFeed.Frame("queue", 7, "[]"u8)).ShouldBe("event: queue\nid: 7\ndata: []\n\n");

    private static JournalEntry Entry()
    {
        var entry = new JournalEntry("one", "/", DateTimeOffset.UnixEpoch);
        entry.End(error: null, 200, TimeSpan.FromSeconds(1));
        return entry;
    }
}
