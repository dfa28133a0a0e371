using System.Globalization;

namespace Lockkeeper.Testing;

/// <summary>One line of figures.</summary>
/// <param name="Family">Name of the metric, without <c>_bucket</c>, <c>_sum</c> or <c>_count</c>.</param>
/// <param name="Name">Name as it stands in the line.</param>
/// <param name="Labels">Labels in the order in which they stand there, without <c>le</c>.</param>
/// <param name="Bound">The bucket's bound; null for what is no bucket.</param>
/// <param name="Value">The figure.</param>
internal sealed record PrometheusSample(string Family, string Name, string Labels, double? Bound, double Value)
{
    private static readonly string[] Suffixes = ["_bucket", "_sum", "_count"];

    /// <summary>Reads the text format 0.0.4 as strictly as it is written down, and checks what must hold between the lines.</summary>
    /// <exception cref="FormatException">It breaks the format; the message holds the line.</exception>
    public static IReadOnlyList<PrometheusSample> Parse(string text)
    {
        if (!text.EndsWith('\n'))
        {
            throw new FormatException("the last line has no end");
        }

        Dictionary<string, string> types = [];
        HashSet<string> helped = [];
        HashSet<string> seen = [];
        List<PrometheusSample> samples = [];
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                Demand(helped.Add(line.Split(' ', 4)[2]) && line.Split(' ', 4).Length == 4, line, "HELP twice or without text");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Demand(words.Length == 4 && words[3] is "counter" or "gauge" or "histogram" && types.TryAdd(words[2], words[3]) && helped.Contains(words[2]), line, "bad TYPE");
            }
            else
            {
                var sample = Read(line, types);
                Demand(seen.Add($"{sample.Name}{{{sample.Labels}}}{sample.Bound}"), line, "a series stands twice");
                Demand(sample.Family == types.Keys.Last(), line, "outside the group of its metric");
                samples.Add(sample);
            }
        }

        CheckHistograms(samples, types);
        return samples;
    }

    private static PrometheusSample Read(string line, Dictionary<string, string> types)
    {
        var at = 0;
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '_' or ':'))
        {
            at++;
        }

        var name = line[..at];
        Demand(name.Length > 0 && !char.IsAsciiDigit(name[0]), line, "bad name");
        List<string> labels = [];
        double? bound = null;
        if (line[at] == '{')
        {
            at++;
            while (line[at] != '}')
            {
                var (label, value) = ReadLabel(line, ref at);
                if (label == "le")
                {
                    bound = Number(value);
                }
                else
                {
                    labels.Add($"{label}={value}");
                }

                Demand(line[at] is ',' or '}', line, "no comma between labels");
                at += line[at] == ',' ? 1 : 0;
            }

            at++;
        }

        Demand(line[at] == ' ' && line.LastIndexOf(' ') == at, line, "not one space before the figure");
        var family = types.ContainsKey(name) ? name : Suffixes.Where(name.EndsWith).Select(suffix => name[..^suffix.Length]).FirstOrDefault() ?? "";
        Demand(types.TryGetValue(family, out var type) && (type == "histogram") == (family != name), line, "no TYPE before it, or another one");
        Demand((bound is not null) == name.EndsWith("_bucket", StringComparison.Ordinal), line, "le where there is no bucket, or none where there is one");
        Demand(type != "counter" || name.EndsWith("_total", StringComparison.Ordinal), line, "a counter ends in _total");
        return new PrometheusSample(family, name, string.Join(',', labels), bound, Number(line[(at + 1)..]));
    }

    private static (string Label, string Value) ReadLabel(string line, ref int at)
    {
        var equals = line.IndexOf("=\"", at, StringComparison.Ordinal);
        Demand(equals > at && line[at..equals].All(letter => char.IsAsciiLetterLower(letter) || letter == '_'), line, "bad label");
        var label = line[at..equals];
        var value = "";
        for (at = equals + 2; line[at] != '"'; at++)
        {
            if (line[at] == '\\')
            {
                at++;
                Demand(line[at] is '\\' or '"' or 'n', line, "bad escape");
                value += line[at] == 'n' ? '\n' : line[at];
            }
            else
            {
                value += line[at];
            }
        }

        at++;
        return (label, value);
    }

    private static void CheckHistograms(List<PrometheusSample> samples, Dictionary<string, string> types)
    {
        foreach (var series in samples.Where(sample => types[sample.Family] == "histogram").GroupBy(sample => (sample.Family, sample.Labels)))
        {
            var what = series.Key.ToString();
            var buckets = series.Where(sample => sample.Bound is not null).ToList();
            Demand(buckets.Select(bucket => bucket.Bound!.Value).SequenceEqual(buckets.Select(bucket => bucket.Bound!.Value).Order()), what, "bounds out of order");
            Demand(buckets.Select(bucket => bucket.Value).SequenceEqual(buckets.Select(bucket => bucket.Value).Order()), what, "buckets are not cumulative");
            Demand(double.IsPositiveInfinity(buckets[^1].Bound!.Value), what, "no +Inf bucket");
            Demand(series.Single(sample => sample.Name.EndsWith("_count", StringComparison.Ordinal)).Value == buckets[^1].Value, what, "_count differs from +Inf");
            Demand(series.Count(sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal)) == 1, what, "no _sum");
        }
    }

    private static double Number(string text) => text == "+Inf" ? double.PositiveInfinity : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static void Demand(bool holds, string line, string problem)
    {
        if (!holds)
        {
            throw new FormatException($"{problem}: {line}");
        }
    }
}
