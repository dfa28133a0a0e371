using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Telemetry;

public sealed partial class RouterMetricsTests : IDisposable
{
    private static readonly ModelId A = new("a");

    private readonly RouterMetrics _metrics = new(new LiveCatalog(ModelCatalog.Of([new ModelSpec { Id = A, Engine = new EngineSpec { Name = "e", Command = ["x"] } }])));
    private readonly PrometheusText _text;

    public RouterMetricsTests() => _text = new PrometheusText(_metrics.Meter);

    public void Dispose()
    {
        _text.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public void The_page_about_metrics_names_each_with_its_type_and_labels_and_no_other()
    {
        RecordEverything();
        var written = _text.Write();
        var samples = PrometheusSample.Parse(written).ToLookup(sample => sample.Family, sample => string.Join(", ", sample.Labels.Split(',').Select(label => label.Split('=')[0])));
        var real = TypeLine().Matches(written).Select(match => (Name: match.Groups["name"].Value, Type: match.Groups["type"].Value)).Select(one => $"{one.Name} {one.Type} {samples[one.Name].First()}");
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));
        var told = Row().Matches(page).Select(row => $"{row.Groups["name"].Value} {row.Groups["type"].Value} {row.Groups["labels"].Value.Replace("`", "")}");

        told.Order().ShouldBe(real.Order());
        page.ShouldContain(string.Join(", ", RouterMetrics.Seconds.Select(bound => bound.ToString("R", System.Globalization.CultureInfo.InvariantCulture))), Case.Sensitive, "the bounds of the buckets");
    }

    [Fact]
    public void A_model_that_is_not_of_the_catalog_makes_no_series_of_its_own()
    {
        foreach (var name in (string[])["x1", "x2", "x3"])
        {
            _metrics.Ended(Entry(new ModelId(name), new RouterError.ModelUnknown(name, [])));
        }

        PrometheusSample.Parse(_text.Write()).Where(sample => sample.Name == "lockkeeper_requests_total").ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(sample => sample.Labels.ShouldBe("model=other,priority=medium,outcome=refused,blame=client"), sample => sample.Value.ShouldBe(3));
    }

    [Fact]
    public void Who_cancelled_is_told_apart()
    {
        _metrics.Ended(Entry(A, new RouterError.ClientGone()));
        _metrics.Ended(Entry(A, new RouterError.CancelledByOperator("one")));
        _metrics.Ended(Entry(A, new RouterError.MaxDurationPassed(A, TimeSpan.Zero)));
        _metrics.Ended(Entry(A, error: null));
        PrometheusSample.Parse(_text.Write()).Where(sample => sample.Name == "lockkeeper_cancels_total").Select(sample => $"{sample.Labels} {sample.Value}")
            .ShouldBe(["by=client 1", "by=operator 1", "by=max_duration 1"]);
    }

    [Fact]
    public void A_request_costs_its_metrics_no_memory_once_its_series_exist()
    {
        var entry = Entry(A, error: null);
        for (var i = 0; i < 100; i++)
        {
            _metrics.Ended(entry);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _metrics.Ended(entry);
        }

        ((GC.GetAllocatedBytesForCurrentThread() - before) / 1000).ShouldBeLessThan(64);
    }

    private static JournalEntry Entry(ModelId model, RouterError? error)
    {
        var entry = new JournalEntry("one", "/", DateTimeOffset.UnixEpoch)
        {
            Model = model,
            Priority = Priority.Medium,
            Queue = TimeSpan.FromSeconds(1),
            FirstByte = TimeSpan.FromSeconds(2),
            PromptTokens = 3,
            CompletionTokens = 4,
        };
        entry.End(error, 200, TimeSpan.FromSeconds(5));
        return entry;
    }

    private void RecordEverything()
    {
        _metrics.Spent = () => [KeyValuePair.Create(A, 0.25)];
        _metrics.TurnedAway(new RouterError.KeyMissing());
        _metrics.Ended(Entry(A, new RouterError.ClientGone()));
        _metrics.Swapped(SwapPhase.Load, TimeSpan.FromSeconds(1));
        _metrics.Settled(SettleOutcome.Recovered);
        _metrics.Evicted(A, StopReason.Swap);
        _metrics.Latest = new SchedulerSnapshot(
            TimeSpan.Zero,
            [new InstanceReport(new InstanceId(A, 1), InstancePhase.Ready, 1)],
            [],
            [new PoolReport("gpu", PoolPolicy.Exclusive, 10, 5, 5, null)],
            new Dictionary<ModelId, ModelFigures> { [A] = new() { Footprint = 7 } }.ToFrozenDictionary());
    }

    [GeneratedRegex(@"^# TYPE (?<name>\w+) (?<type>\w+)$", RegexOptions.Multiline, 10_000)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^\| `(?<name>lockkeeper_\w+)` \| (?<type>\w+) \| (?<labels>[^|]*?) \|", RegexOptions.Multiline, 10_000)]
    private static partial Regex Row();
}
