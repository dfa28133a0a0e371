using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;

namespace Lockkeeper.Cli;

/// <summary>What a simulation showed, for machines; the shape is told in docs/simulate.md. An infinite wait is null.</summary>
internal static class SimulateJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IReadOnlyList<Trace> traces, long? pool, IReadOnlyList<SimulationSummary> summaries, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            json.WriteNumber("traces", traces.Count);
            json.WriteNumber("models", traces[0].Models.Length);
            json.WriteNumber("requests", traces.Sum(trace => trace.Requests.Length));
            if (pool is { } bytes)
            {
                json.WriteNumber("pool", bytes);
            }
            else
            {
                json.WriteNull("pool");
            }

            json.WriteStartArray("policies");
            foreach (var summary in summaries)
            {
                WriteSummary(json, summary);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.ToArray()) + "\n");
    }

    private static void WriteSummary(Utf8JsonWriter json, SimulationSummary summary)
    {
        json.WriteStartObject();
        json.WriteString("policy", PolicyName.Of(summary.Policy));
        json.WriteNumber("swaps", summary.Swaps);
        json.WriteNumber("loads", summary.Loads);
        json.WriteNumber("busy_share", Math.Round(summary.BusyShare, 4));
        json.WriteNumber("overdue", summary.Overdue);
        json.WriteNumber("missed_bounds", summary.MissedBounds);
        json.WriteStartArray("waits");
        foreach (var (model, priority, figures) in summary.Waits)
        {
            json.WriteStartObject();
            json.WriteString("model", model?.Value);
            json.WriteString("priority", priority is { } known ? PriorityName.Of(known) : null);
            json.WriteNumber("requests", figures.Count);
            json.WriteNumber("unserved", figures.Unserved);
            WriteSeconds(json, "mean_s", figures.Mean);
            WriteSeconds(json, "p50_s", figures.P50);
            WriteSeconds(json, "p95_s", figures.P95);
            WriteSeconds(json, "p99_s", figures.P99);
            WriteSeconds(json, "max_s", figures.Max);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, double seconds)
    {
        if (double.IsInfinity(seconds))
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteNumber(name, Math.Round(seconds, 3));
        }
    }
}
