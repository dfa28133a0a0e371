using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Simulation;

namespace Lockkeeper.Cli;

/// <summary>Turns the events of a running Lockkeeper into the lines of a trace. Events it does not know say nothing to it: a newer Lockkeeper may have more.</summary>
internal sealed class TraceRecording(TextWriter output, TextWriter error)
{
    private readonly HashSet<string> _models = [];
    private readonly HashSet<string> _unknown = [];
    private DateTimeOffset _began;
    private int _recorded;
    private int _leftOut;

    /// <summary>What has been written, as a sentence.</summary>
    public string Summary => _models.Count == 0
        ? "Nothing was recorded: there was no snapshot."
        : string.Create(CultureInfo.InvariantCulture, $"Recorded: {_recorded}. Left out, since no engine served it or it had come before: {_leftOut}.");

    /// <param name="at">The time zero of the trace, by the clock of the machine that is listened to.</param>
    public void Begin(DateTimeOffset at) => _began = at;

    public void Take(string kind, string data)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            switch (kind)
            {
                case "snapshot" when _models.Count == 0:
                    TakeModels(document.RootElement.GetProperty("models"));
                    break;
                case "request" when _models.Count > 0:
                    TakeRequest(document.RootElement);
                    break;
            }
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            error.WriteLine($"lockkeeper: an event '{kind}' was not understood and is left out: {wrong.Message}");
        }
    }

    private void TakeModels(JsonElement models)
    {
        var table = models.EnumerateArray().Select(TakeModel).ToList();
        WriteLine(TraceWriter.Table(table));
        _models.UnionWith(table.Select(model => model.Id.Value));
    }

    private TraceModel TakeModel(JsonElement model)
    {
        var id = model.GetProperty("id").GetString()!;
        if (Number(model, "load_s") is null || Number(model, "free_s") is null)
        {
            error.WriteLine($"lockkeeper: how long '{id}' takes to load and to free is not known yet; 0 is written where it is not. Mend the first line of the trace, or record again later.");
        }

        return new TraceModel(new ModelId(id))
        {
            Load = TimeSpan.FromSeconds(Number(model, "load_s") ?? 0),
            Free = TimeSpan.FromSeconds(Number(model, "free_s") ?? 0),
            Footprint = (long?)Number(model, "footprint"),
            MaxConcurrency = (int)(Number(model, "max_concurrency") ?? 1),
            TokensPerSecond = Number(model, "tokens_per_second"),
            PromptTokensPerSecond = Number(model, "prompt_tokens_per_second"),
        };
    }

    private void TakeRequest(JsonElement request)
    {
        var model = request.GetProperty("model").GetString() ?? "";
        var at = request.GetProperty("arrived").GetDateTimeOffset() - _began;
        var service = TimeSpan.FromMilliseconds((Number(request, "duration_ms") ?? 0) - (Number(request, "queue_ms") ?? 0));
        if (!_models.Contains(model))
        {
            if (_unknown.Add(model))
            {
                error.WriteLine($"lockkeeper: '{model}' is not in the snapshot the recording began with; its requests are left out.");
            }

            _leftOut++;
            return;
        }

        // Who was refused or left while waiting held no slot, and who came before the beginning has no place in time.
        if (request.GetProperty("outcome").GetString() is not ("answered" or "cancelled") || service <= TimeSpan.Zero || at < TimeSpan.Zero)
        {
            _leftOut++;
            return;
        }

        _recorded++;
        WriteLine(TraceWriter.Line(new TraceRequest(at, new ModelId(model), PriorityOf(request))
        {
            Key = request.TryGetProperty("key", out var key) ? key.GetString() ?? "" : "",
            PromptTokens = (long)(Number(request, "prompt_tokens") ?? 0),
            CompletionTokens = (long)(Number(request, "completion_tokens") ?? 0),
            Service = service,
        }));
    }

    private static Priority PriorityOf(JsonElement request) =>
        PriorityName.TryParse(request.GetProperty("priority").GetString(), out var priority) ? priority : throw new FormatException($"its priority is none of {PriorityName.Allowed}");

    private static double? Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetDouble() : null;

    /// <summary>At once: the recording ends whenever it is ended.</summary>
    private void WriteLine(string line)
    {
        output.Write(line + "\n");
        output.Flush();
    }
}
