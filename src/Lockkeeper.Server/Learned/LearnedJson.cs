using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Learned;

/// <summary>What was learned, as the text of the state file. Readable and, with care, editable: seconds, bytes, and null for what is not known.</summary>
internal static class LearnedJson
{
    /// <summary>Raised when a field changes its meaning. New fields do not raise it: what is missing is not known yet.</summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions Indented = JsonStyle.Readable with { Indented = true };

    public static byte[] Write(IReadOnlyDictionary<ModelId, LearnedModel> models)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartObject("models");
            foreach (var (id, model) in models.OrderBy(model => model.Key.Value, StringComparer.Ordinal))
            {
                json.WriteStartObject(id.Value);
                json.Seconds("load_s", model.Figures.Load);
                json.Seconds("free_s", model.Figures.Free);
                json.Seconds("service_s", model.Figures.Service);
                json.Number("footprint", model.Figures.Footprint);
                json.Number("held", model.Held);
                json.WriteBoolean("ran_alone", model.Figures.RanAlone);
                json.Number("tokens_per_second", model.Speed.TokensPerSecond);
                json.Number("prompt_tokens_per_second", model.Speed.PromptTokensPerSecond);
                json.WriteStartObject("swap");
                json.Seconds("drain_s", model.Phases.Drain);
                json.Seconds("stop_s", model.Phases.Stop);
                json.Seconds("settle_s", model.Phases.Settle);
                json.Seconds("load_s", model.Phases.Load);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Takes what makes sense; a text that is no state file at all is refused, with the reason.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> text, out IReadOnlyDictionary<ModelId, LearnedModel> models, [NotNullWhen(false)] out string? problem)
    {
        models = new Dictionary<ModelId, LearnedModel>();
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var version) || !version.TryGetInt32(out var number))
            {
                problem = "it has no version";
                return false;
            }

            if (number != Version)
            {
                problem = $"it is of version {number}, and this is version {Version}";
                return false;
            }

            models = root.GetProperty("models").EnumerateObject().ToDictionary(model => new ModelId(model.Name), model => Read(model.Value));
            problem = null;
            return true;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            problem = broken.Message;
            return false;
        }
    }

    private static LearnedModel Read(JsonElement model)
    {
        var swap = model.TryGetProperty("swap", out var phases) ? phases : default;
        return new LearnedModel
        {
            Figures = new ModelFigures
            {
                Load = Time(model, "load_s"),
                Free = Time(model, "free_s"),
                Service = Time(model, "service_s"),
                Footprint = Bytes(model, "footprint"),
                RanAlone = model.TryGetProperty("ran_alone", out var alone) && alone.ValueKind == JsonValueKind.True,
            },
            Held = Bytes(model, "held"),
            Speed = new ModelSpeed(Number(model, "tokens_per_second"), Number(model, "prompt_tokens_per_second")),
            Phases = new PhaseAverages(Time(swap, "drain_s"), Time(swap, "stop_s"), Time(swap, "settle_s"), Time(swap, "load_s")),
        };
    }

    /// <summary>A figure that no watching can have given counts as not known.</summary>
    private static double? Number(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 0 and < 1e15
            ? number
            : null;

    private static TimeSpan? Time(JsonElement of, string name) => Number(of, name) is { } seconds and < 1e6 ? TimeSpan.FromSeconds(seconds) : null;

    private static long? Bytes(JsonElement of, string name) => (long?)Number(of, name);
}
