using System.Buffers;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;

namespace Lockkeeper.Core.Simulation;

/// <summary>Writes what <see cref="TraceReader"/> reads, a line at a time. Times are exact to the millisecond.</summary>
internal static class TraceWriter
{
    public static IEnumerable<string> Lines(Trace trace) => trace.Requests.Select(Line).Prepend(Table(trace.Models));

    /// <summary>The first line.</summary>
    public static string Table(IEnumerable<TraceModel> models) => Write(json =>
    {
        json.WriteStartArray("models");
        foreach (var model in models)
        {
            json.WriteStartObject();
            json.WriteString("id", model.Id.Value);
            json.WriteNumber("load_s", Seconds(model.Load));
            json.WriteNumber("free_s", Seconds(model.Free));
            WriteNumber(json, "footprint", model.Footprint);
            json.WriteNumber("max_concurrency", model.MaxConcurrency);
            WriteNumber(json, "tokens_per_second", model.TokensPerSecond);
            WriteNumber(json, "prompt_tokens_per_second", model.PromptTokensPerSecond);
            WriteFlag(json, "pinned", model.Pinned);
            WriteFlag(json, "resident", model.Resident);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>The line of one request.</summary>
    public static string Line(TraceRequest request) => Write(json =>
    {
        json.WriteNumber("at_s", Seconds(request.At));
        json.WriteString("model", request.Model.Value);
        json.WriteString("priority", PriorityName.Of(request.Priority));
        if (request.Key.Length > 0)
        {
            json.WriteString("key", request.Key);
        }

        WriteNumber(json, "prompt_tokens", request.PromptTokens == 0 ? null : request.PromptTokens);
        WriteNumber(json, "completion_tokens", request.CompletionTokens == 0 ? null : request.CompletionTokens);
        if (request.Service is { } service)
        {
            json.WriteNumber("service_s", Seconds(service));
        }
    });

    private static string Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonStyle.Readable))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static decimal Seconds(TimeSpan time) => decimal.Round(time.Ticks / (decimal)TimeSpan.TicksPerSecond, 3);

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteFlag(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, value);
        }
    }
}
