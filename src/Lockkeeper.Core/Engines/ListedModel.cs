using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Engines;

/// <summary>A model that an engine says it has, or has loaded.</summary>
/// <param name="Name">What the engine calls it.</param>
/// <param name="Instance">What the engine must be told to unload it.</param>
internal sealed record ListedModel(string Name, string Instance)
{
    /// <summary>Bytes it takes altogether; null when the engine does not say.</summary>
    public long? Size { get; init; }

    /// <summary>Bytes of that on a GPU.</summary>
    public long? SizeOnDevice { get; init; }

    /// <summary>What it is for; null when the engine does not say.</summary>
    public ModelType? Type { get; init; }

    /// <summary>How its weights are stored; null when the engine does not say.</summary>
    public string? Quantization { get; init; }

    /// <summary>What else an Ollama tells of it; null for another engine.</summary>
    public OllamaCard? Card { get; init; }

    /// <summary>The loaded models of an answer. What it holds besides, and what has no name, is passed over.</summary>
    /// <exception cref="FormatException"><c>list.loaded</c> is no condition; the configuration rules refuse that earlier.</exception>
    public static IReadOnlyList<ListedModel> Of(JsonElement answer, ListConfig list)
    {
        var loaded = list.Loaded is null ? null : JsonCondition.TryParse(list.Loaded, out var condition, out var problem) ? condition : throw new FormatException(problem);
        var name = list.Name ?? "id";
        List<ListedModel> models = [];
        foreach (var entry in Entries(answer, list.Models ?? "data"))
        {
            if (entry.ValueKind == JsonValueKind.String)
            {
                models.Add(new ListedModel(entry.GetString()!, entry.GetString()!));
            }
            else if (loaded?.Holds(entry) != false && Text(entry, name) is { } called && (list.Instance is null ? called : Text(entry, list.Instance)) is { } instance)
            {
                models.Add(Of(entry, called, instance));
            }
        }

        return models;
    }

    /// <summary>Whether an answer of any common shape names the model: a list under <c>data</c> or <c>models</c>, a bare list, or one model alone.</summary>
    public static bool IsNamedIn(JsonElement answer, ListedNames names) => Entries(answer, "data").Concat(Entries(answer, "models")).Any(entry =>
        entry.ValueKind == JsonValueKind.String ? names.Contain(entry.GetString()!)
        : entry.ValueKind == JsonValueKind.Object && ((string[])["id", "model", "name", "path", "root"]).Any(member => Text(entry, member) is { } said && names.Contain(said)));

    private static ListedModel Of(JsonElement entry, string name, string instance) => new(name, instance)
    {
        Size = Number(entry, "size"),
        SizeOnDevice = Number(entry, "size_vram"),
        Type = TypeOf(entry),
        Card = OllamaCard.Of(entry),
        Quantization = Text(entry, "details.quantization_level") ?? Text(entry, "quantization.name") ?? Text(entry, "quantization"),
    };

    /// <summary>LM Studio says what a model is for; Ollama its family, and those of BERT embed and do nothing else.</summary>
    private static ModelType? TypeOf(JsonElement entry) =>
        Text(entry, "type") is "embedding" or "embeddings" || Text(entry, "details.family")?.EndsWith("bert", StringComparison.Ordinal) == true ? ModelType.Embedding : null;

    private static IEnumerable<JsonElement> Entries(JsonElement answer, string member) => answer.ValueKind switch
    {
        JsonValueKind.Array => answer.EnumerateArray(),
        JsonValueKind.Object when Has(answer, member) => JsonMember.Find(answer, member) switch
        {
            { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
            { } one => [one],
            null => [],
        },
        JsonValueKind.Object => [answer],
        _ => [],
    };

    /// <summary>Also when it is null: an engine that lists nothing may say so.</summary>
    private static bool Has(JsonElement answer, string member) =>
        JsonMember.Find(answer, member) is not null || answer.TryGetProperty(member.Split('.')[0], out _);

    private static string? Text(JsonElement entry, string member) => JsonMember.Find(entry, member) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static long? Number(JsonElement entry, string member) =>
        JsonMember.Find(entry, member) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var bytes) && bytes >= 0 ? bytes : null;
}
