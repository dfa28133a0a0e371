using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Simulation;

/// <summary>Reads a trace from JSON Lines: the model table, then one request a line, in any order of time. The format is told in docs/simulate.md.</summary>
internal static class TraceReader
{
    private static readonly string[] TableKeys = ["models"];

    private static readonly string[] ModelKeys =
        ["id", "load_s", "free_s", "footprint", "max_concurrency", "tokens_per_second", "prompt_tokens_per_second", "pinned", "resident"];

    private static readonly string[] RequestKeys = ["at_s", "model", "priority", "key", "prompt_tokens", "completion_tokens", "service_s"];

    /// <returns>False when the lines are no trace; <paramref name="problem"/> then names the line and says why.</returns>
    public static bool TryRead(IEnumerable<string> lines, [NotNullWhen(true)] out Trace? trace, [NotNullWhen(false)] out string? problem)
    {
        var number = 0;
        try
        {
            Dictionary<ModelId, TraceModel>? models = null;
            ImmutableArray<TraceModel> table = [];
            var requests = new List<TraceRequest>();
            foreach (var line in lines)
            {
                number++;
                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                using var document = JsonDocument.Parse(line);
                if (models is null)
                {
                    table = Table(document.RootElement);
                    models = table.ToDictionary(model => model.Id);
                }
                else
                {
                    requests.Add(Request(document.RootElement, models));
                }
            }

            problem = models is null ? "there is nothing in it; the first line is the model table, as in {\"models\":[{\"id\":\"a\",\"load_s\":8,\"free_s\":2}]}" : null;
            trace = problem is null ? new Trace(table, [.. requests.OrderBy(request => request.At)]) : null;
            return problem is null;
        }
        catch (JsonException wrong)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"line {number}: is no JSON object on one line: {wrong.Message}");
        }
        catch (FormatException wrong)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"line {number}: {wrong.Message}");
        }

        trace = null;
        return false;
    }

    private static ImmutableArray<TraceModel> Table(JsonElement line)
    {
        if (line.ValueKind != JsonValueKind.Object || !line.TryGetProperty("models", out var models) || models.ValueKind != JsonValueKind.Array || models.GetArrayLength() == 0)
        {
            throw new FormatException("the first line is the model table, as in {\"models\":[{\"id\":\"a\",\"load_s\":8,\"free_s\":2}]}");
        }

        _ = new TraceFields(line, TableKeys, "");
        ImmutableArray<TraceModel> table = [.. models.EnumerateArray().Select((model, at) => Model(new TraceFields(model, ModelKeys, string.Create(CultureInfo.InvariantCulture, $"models[{at}]."))))];
        return table.GroupBy(model => model.Id).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new FormatException($"models: '{twice.Key}' is there twice")
            : table;
    }

    private static TraceModel Model(TraceFields fields) => new(new ModelId(fields.Text("id") ?? throw fields.Missing("id")))
    {
        Load = fields.Seconds("load_s") ?? throw fields.Missing("load_s"),
        Free = fields.Seconds("free_s") ?? throw fields.Missing("free_s"),
        Footprint = fields.Bytes("footprint"),
        MaxConcurrency = (int)(fields.Whole("max_concurrency", least: 1, most: 100_000) ?? 1),
        TokensPerSecond = fields.Speed("tokens_per_second"),
        PromptTokensPerSecond = fields.Speed("prompt_tokens_per_second"),
        Pinned = fields.Flag("pinned"),
        Resident = fields.Flag("resident"),
    };

    private static TraceRequest Request(JsonElement line, Dictionary<ModelId, TraceModel> models)
    {
        var fields = new TraceFields(line, RequestKeys, "");
        var id = new ModelId(fields.Text("model") ?? throw fields.Missing("model"));
        if (!models.TryGetValue(id, out var model))
        {
            var near = Spelling.Nearest(id.Value, models.Keys.Select(known => known.Value));
            throw new FormatException($"model: '{id}' is not in the model table{(near is null ? "" : $"; did you mean '{near}'?")}");
        }

        var request = new TraceRequest(fields.Seconds("at_s") ?? throw fields.Missing("at_s"), id, fields.Priority("priority"))
        {
            Key = fields.Text("key") ?? "",
            PromptTokens = fields.Whole("prompt_tokens", least: 0, most: long.MaxValue) ?? 0,
            CompletionTokens = fields.Whole("completion_tokens", least: 0, most: long.MaxValue) ?? 0,
            Service = fields.Seconds("service_s"),
        };
        return request.Service is not null || model.TokensPerSecond is not null
            ? request
            : throw new FormatException($"service_s: is missing, and the model table does not tell tokens_per_second of '{id}' to work it out from");
    }
}
