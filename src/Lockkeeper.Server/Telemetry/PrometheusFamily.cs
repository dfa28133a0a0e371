using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Lockkeeper.Server.Telemetry;

/// <summary>All series of one instrument.</summary>
internal sealed class PrometheusFamily
{
    private readonly Instrument _instrument;
    private readonly string _type;
    private readonly double[] _bounds;
    private readonly Lock _gate = new();
    private readonly Dictionary<Values, Series> _series = [];
    private string[] _labels = [];

    public PrometheusFamily(Instrument instrument)
    {
        _instrument = instrument;
        (_type, var suffix) = instrument switch
        {
            Counter<long> => ("counter", "_total"),
            Histogram<double> => ("histogram", ""),
            ObservableGauge<long> or ObservableGauge<double> => ("gauge", ""),
            _ => throw new NotSupportedException($"{instrument.GetType()} has no place in the text format yet."),
        };
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? [];
        var unit = instrument.Unit switch
        {
            null => "",
            "s" => "_seconds",
            "By" => "_bytes",
            var other => throw new NotSupportedException($"The unit '{other}' has no name yet."),
        };
        Name = instrument.Name.Replace('.', '_') + unit + suffix;
    }

    public string Name { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (_labels.Length != tags.Length)
            {
                // An instrument always names the same labels in the same order; the first measurement tells which.
                _labels = [.. tags.ToArray().Select(tag => tag.Key)];
            }

            var values = new Values(At(tags, 0), At(tags, 1), At(tags, 2), At(tags, 3));
            if (!_series.TryGetValue(values, out var series))
            {
                _series.Add(values, series = new Series(_bounds.Length));
            }

            series.Sum = _type == "gauge" ? value : series.Sum + value;
            series.Count++;
            if (_bounds.Length > 0)
            {
                series.Buckets[BucketOf(value)]++;
            }
        }
    }

    /// <summary>A gauge shows what is there now, and nothing that was.</summary>
    public void ForgetObserved()
    {
        if (_instrument.IsObservable)
        {
            lock (_gate)
            {
                _series.Clear();
            }
        }
    }

    public void WriteTo(StringBuilder text)
    {
        text.Append("# HELP ").Append(Name).Append(' ').Append(_instrument.Description!.Replace("\\", @"\\").Replace("\n", @"\n")).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(_type).Append('\n');
        lock (_gate)
        {
            foreach (var (values, series) in _series)
            {
                var labels = LabelsOf(values);
                if (_type == "histogram")
                {
                    WriteHistogram(text, labels, series);
                }
                else
                {
                    Sample(text, Name, labels, series.Sum);
                }
            }
        }
    }

    private static string? At(ReadOnlySpan<KeyValuePair<string, object?>> tags, int index) => index < tags.Length ? tags[index].Value as string : null;

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var comma = labels.Length > 0 ? "," : "";
        long below = 0;
        for (var i = 0; i < _bounds.Length; i++)
        {
            below += series.Buckets[i];
            Sample(text, $"{Name}_bucket", $"{labels}{comma}le=\"{Number(_bounds[i])}\"", below);
        }

        Sample(text, $"{Name}_bucket", $"{labels}{comma}le=\"+Inf\"", series.Count);
        Sample(text, $"{Name}_sum", labels, series.Sum);
        Sample(text, $"{Name}_count", labels, series.Count);
    }

    /// <summary>The first bucket whose bound is not below the value; one past the last for what exceeds all.</summary>
    private int BucketOf(double value)
    {
        var at = Array.BinarySearch(_bounds, value);
        return at >= 0 ? at : ~at;
    }

    private string LabelsOf(Values values)
    {
        ReadOnlySpan<string?> each = [values.First, values.Second, values.Third, values.Fourth];
        var labels = new StringBuilder();
        for (var i = 0; i < _labels.Length; i++)
        {
            var value = (each[i] ?? "").Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n");
            labels.Append(i > 0 ? "," : "").Append(_labels[i]).Append("=\"").Append(value).Append('"');
        }

        return labels.ToString();
    }

    private static void Sample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The values of up to four labels. Finding a series by it allocates nothing.</summary>
    private readonly record struct Values(string? First, string? Second, string? Third, string? Fourth);

    private sealed class Series(int bounds)
    {
        public double Sum { get; set; }

        public long Count { get; set; }

        public long[] Buckets { get; } = bounds == 0 ? [] : new long[bounds + 1];
    }
}
