using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What a model's section has to say to the command of its engine.</summary>
internal static class PlaceholderValues
{
    /// <summary>A value and its name; null where the model says nothing.</summary>
    private static readonly (string Name, Func<Given, string?> Of)[] All =
    [
        ("id", given => given.Id),
        ("path", given => given.Path),
        ("dir", given => given.Path is { } path ? Path.GetDirectoryName(path) : null),
        ("name", given => given.Path is { } path ? Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) : null),
        ("type", given => Word.Of(given.Model.Type ?? ModelType.Chat)),
        ("context_length", given => Text(given.Model.ContextLength)),
        ("max_concurrency", given => Text(given.Model.MaxConcurrency)),
        ("mmproj", given => given.Mmproj),
        ("gpu_layers", given => Text(given.Model.GpuLayers)),
        ("threads", given => Text(given.Model.Threads)),
        ("temp", given => Text(given.Model.Temp)),
        ("top_p", given => Text(given.Model.TopP)),
        ("top_k", given => Text(given.Model.TopK)),
        ("min_p", given => Text(given.Model.MinP)),
        ("kv_unified", given => Flag(given.Model.KvUnified)),
        ("cache_type_k", given => given.Model.CacheTypeK),
        ("cache_type_v", given => given.Model.CacheTypeV),
        ("flash_attn", given => given.Model.FlashAttn is { } attention ? Word.Of(attention) : null),
        ("fit", given => given.Model.Fit is { } fit ? Word.Of(fit) : null),
        ("chat_template", given => given.Model.ChatTemplate),
        ("chat_template_file", given => given.TemplateFile),
        ("chat_template_kwargs", given => given.Model.ChatTemplateKwargs.Count == 0 ? null : Json(given.Model.ChatTemplateKwargs)),
        ("enable_auto_tool_choice", given => Flag(given.Model.EnableAutoToolChoice)),
        ("tool_call_parser", given => given.Model.ToolCallParser),
        ("reasoning_parser", given => given.Model.ReasoningParser),
        ("config_name", given => given.Model.ConfigName),
        ("quantization", given => given.Model.Quantization),
        ("memory_gb", given => given.Model.Memory is { } memory ? Math.Round(memory.Bytes / 1e9, 1).ToString(CultureInfo.InvariantCulture) : null),
    ];

    /// <summary>The names a model may have values for.</summary>
    public static IEnumerable<string> Names => All.Select(value => value.Name);

    /// <param name="id">The model's id.</param>
    /// <param name="model">Its section.</param>
    /// <param name="resolve">Makes a path of the file absolute.</param>
    /// <returns>The values there are, by name.</returns>
    public static ImmutableDictionary<string, string> Of(string id, ModelConfig model, Func<string, string> resolve)
    {
        string? Resolved(string? path) => path is null || PathRules.Refuse(path) is not null ? path : resolve(path);
        var given = new Given(id, model, Resolved(model.Path), Resolved(model.Mmproj), Resolved(model.ChatTemplateFile));
        return All.Select(value => KeyValuePair.Create(value.Name, value.Of(given))).Where(value => value.Value is not null)
            .ToImmutableDictionary(value => value.Key, value => value.Value!, StringComparer.Ordinal);
    }

    private static string? Text<T>(T? value)
        where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture);

    private static string? Flag(bool? value) => value switch
    {
        true => "true",
        false => "false",
        null => null,
    };

    private static string Json(JsonFields fields) => $"{{{string.Join(',', fields.Select(field => $"\"{JsonEncodedText.Encode(field.Key)}\":{field.Value}"))}}}";

    /// <summary>A model's section with its paths made absolute.</summary>
    private sealed record Given(string Id, ModelConfig Model, string? Path, string? Mmproj, string? TemplateFile);
}
