using System.Diagnostics.Metrics;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Telemetry;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter _meter = new("Test");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void A_histogram_has_cumulative_buckets_and_a_value_on_a_bound_is_below_it()
    {
        var histogram = _meter.CreateHistogram("a.wait", "s", "How long.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 10] });
        using var text = new PrometheusText(_meter);
        foreach (var value in (double[])[0.1, 0.5, 0.75, 2, 99])
        {
            histogram.Record(value, new KeyValuePair<string, object?>("priority", "low"));
        }

        text.Write().ShouldBe(
            """
            # HELP a_wait_seconds How long.
            # TYPE a_wait_seconds histogram
            a_wait_seconds_bucket{priority="low",le="0.5"} 2
            a_wait_seconds_bucket{priority="low",le="1"} 3
            a_wait_seconds_bucket{priority="low",le="10"} 4
            a_wait_seconds_bucket{priority="low",le="+Inf"} 5
            a_wait_seconds_sum{priority="low"} 102.35
            a_wait_seconds_count{priority="low"} 5

            """, StringCompareShould.IgnoreLineEndings);
    }

    [Fact]
    public void A_counter_counts_for_each_combination_of_labels_and_escapes_their_values()
    {
        var counter = _meter.CreateCounter<long>("a.b", unit: null, "Backslash \\ and\nnew line.");
        using var text = new PrometheusText(_meter);
        counter.Add(1, new("model", "q\"1\\x\ny"), new("kind", "p"));
        counter.Add(2, new("model", "q\"1\\x\ny"), new("kind", "p"));
        counter.Add(5, new("model", "other"), new("kind", "p"));

        var written = text.Write();
        written.ShouldContain("# HELP a_b_total Backslash \\\\ and\\nnew line.\n");
        written.ShouldContain("a_b_total{model=\"q\\\"1\\\\x\\ny\",kind=\"p\"} 3\n");
        PrometheusSample.Parse(written).Select(sample => (sample.Labels, sample.Value)).ShouldBe([("model=q\"1\\x\ny,kind=p", 3), ("model=other,kind=p", 5)]);
    }

    [Fact]
    public void A_gauge_shows_what_is_there_now_and_forgets_what_is_not()
    {
        Measurement<long>[] now = [new(1, new KeyValuePair<string, object?>("pool", "a")), new(2, new KeyValuePair<string, object?>("pool", "b"))];
        _meter.CreateObservableGauge("a.held", () => now, "By", "Held.");
        using var text = new PrometheusText(_meter);
        text.Write().ShouldContain("a_held_bytes{pool=\"b\"} 2\n");
        now = [now[0]];
        text.Write().ShouldNotContain("pool=\"b\"");
    }

    [Fact]
    public void Another_meter_of_the_same_name_is_not_heard()
    {
        using var stranger = new Meter("Test");
        var counter = stranger.CreateCounter<long>("theirs", unit: null, "Not ours.");
        using var text = new PrometheusText(_meter);
        counter.Add(1);
        text.Write().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a_total 1\n")]
    [InlineData("# HELP a A.\n# TYPE a gauge\na  1\n")]
    [InlineData("# HELP a A.\n# TYPE a gauge\na 1\na 2\n")]
    [InlineData("# HELP a A.\n# TYPE a gauge\na{b=\"c} 1\n")]
    [InlineData("# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n")]
    public void The_tests_own_parser_is_strict(string text) => Should.Throw<Exception>(() => PrometheusSample.Parse(text));
}
