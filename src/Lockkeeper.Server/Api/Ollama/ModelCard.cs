using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary>A model in Ollama's words, as several of its answers have them. What is not known is empty or 0, and never missing.</summary>
internal static class ModelCard
{
    private const double Billion = 1e9;
    private const double Million = 1e6;
    private const double Thousand = 1e3;

    public static void WriteName(Utf8JsonWriter json, string name)
    {
        json.WriteString("name", name);
        json.WriteString("model", name);
    }

    /// <summary>Bytes of its files, or else of the memory that it will need; 0 for one that has neither here.</summary>
    public static long SizeOf(ModelSpec model) => model.Facts?.Bytes ?? model.MemoryEstimate ?? model.Memory ?? 0;

    /// <summary>What stands for the hash of its contents: as long as one, and another one for another file. Hashing 20 GB would take a minute, and clients only compare it.</summary>
    public static string DigestOf(ModelSpec model) => model.Facts?.Digest
        ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{model.Id}\n{model.Path}\n{model.Facts?.Bytes}"))));

    public static void WriteDetails(Utf8JsonWriter json, ModelSpec model)
    {
        var family = model.Facts?.Architecture ?? "";
        json.WriteStartObject("details");
        json.WriteString("parent_model", "");
        json.WriteString("format", model.Facts?.Format is { } format && format != ModelFormat.Hub ? JsonNamingPolicy.SnakeCaseLower.ConvertName(format.ToString()) : "");
        json.WriteString("family", family);
        json.WriteStartArray("families");
        if (family.Length > 0)
        {
            json.WriteStringValue(family);
        }

        json.WriteEndArray();
        json.WriteString("parameter_size", model.Facts?.Parameters is { } parameters ? Rounded(parameters) : "");
        json.WriteString("quantization_level", model.Quantization ?? model.Facts?.Quantization ?? "");
        json.WriteEndObject();
    }

    /// <summary>What Ollama has a word for. A model for chats of which nobody knows more completes text, and that is all that is promised.</summary>
    public static void WriteCapabilities(Utf8JsonWriter json, ModelSpec model)
    {
        json.WriteStartArray("capabilities");
        foreach (var word in CapabilitiesOf(model))
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    }

    /// <summary>When its Ollama says it was changed; for others when Lockkeeper was started.</summary>
    public static string ModifiedAt(ModelSpec model, DateTimeOffset since) => Time(model.Facts?.Modified ?? since);

    /// <summary>RFC 3339, with an offset: clients in Python and Go parse it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    private static IEnumerable<string> CapabilitiesOf(ModelSpec model)
    {
        if (model.Type == ModelType.Embedding)
        {
            return ["embedding"];
        }

        if (model.Type != ModelType.Chat)
        {
            return [];
        }

        return ["completion", .. model.Capabilities.Select(capability => capability switch
        {
            Capability.Tools => "tools",
            Capability.Vision => "vision",
            Capability.Thinking => "thinking",
            Capability.Infill => "insert",
            Capability.Embedding => "embedding",
            _ => null,
        }).OfType<string>().Distinct()];
    }

    /// <summary>As Ollama rounds: <c>8.2B</c>, <c>334.09M</c>, <c>512K</c>.</summary>
    private static string Rounded(long count) => count switch
    {
        >= (long)Billion => Scaled(count / Billion, "0.0", "B"),
        >= (long)Million => Scaled(count / Million, "0.00", "M"),
        >= (long)Thousand => Scaled(count / Thousand, "0", "K"),
        _ => count.ToString(CultureInfo.InvariantCulture),
    };

    private static string Scaled(double number, string format, string unit) => number.ToString(number == Math.Floor(number) ? "0" : format, CultureInfo.InvariantCulture) + unit;
}
