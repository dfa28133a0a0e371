using System.Text.Json;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Import;

/// <summary>Takes over the configuration of another program.</summary>
internal static class Importer
{
    /// <summary>What each format is called on the command line.</summary>
    public static readonly IReadOnlyDictionary<string, ImportFormat> Names = Enum.GetValues<ImportFormat>().ToDictionary(format => JsonNamingPolicy.KebabCaseLower.ConvertName(format.ToString()));

    /// <param name="text">What stands in the file: YAML or JSON.</param>
    /// <param name="format">Whose it is; null to see for oneself.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="ImportRefusedException">It is none of theirs, or holds nothing that could be served.</exception>
    public static ImportReport Read(string text, ImportFormat? format, Func<string, string?> variable)
    {
        if (Parse(text) is not ConfigNode.Mapping mapping)
        {
            throw new ImportRefusedException("is no configuration: it is made of no 'key: value' lines");
        }

        List<NotCarried> lost = [];
        var root = new OldSection(mapping, "", lost);
        return (format ?? Recognise(mapping)) switch
        {
            ImportFormat.SlmServer => SlmServerImport.Read(root, lost),
            ImportFormat.LocalEngineRouter => LocalEngineRouterImport.Read(root, lost),
            ImportFormat.MlxRouter => MlxRouterImport.Read(root, lost, variable),
            ImportFormat.LlamaSwap => LlamaSwapImport.Read(root, lost, variable),
            ImportFormat.Sluice => throw new ImportRefusedException("sluice has no file; its variables are taken with --from-env"),
            _ => throw new ImportRefusedException("is of no format that is known; name one with --format: " + string.Join(", ", Names.Keys)),
        };
    }

    /// <summary>The file that means what was taken over.</summary>
    /// <exception cref="ConfigUnwritableException">It holds text that no configuration may hold.</exception>
    public static string Write(ImportReport report) => ConfigWriter.Write(
        report.Config,
        $"Taken over from {JsonNamingPolicy.KebabCaseLower.ConvertName(report.Format.ToString())} by lockkeeper import. Every key is described in docs/configuration.md.", report.Comments);

    /// <summary>By the keys that only one of them has.</summary>
    internal static ImportFormat? Recognise(ConfigNode.Mapping root)
    {
        var models = Value(root, "models");
        var first = models is ConfigNode.Mapping { Entries: [{ Value: ConfigNode.Mapping model }, ..] } ? model : null;
        return models is ConfigNode.Sequence || Has(root, "engines", "ds4", "swap_memory_settle_timeout_s", "swap_keepalive_interval_s") ? ImportFormat.LocalEngineRouter
            : first is not null && Has(first, "cmd") ? ImportFormat.LlamaSwap
            : first is not null && Has(first, "backend") ? ImportFormat.SlmServer
            : Has(root, "peers", "macros", "startPort", "healthCheckTimeout", "groups", "matrix", "globalTTL") ? ImportFormat.LlamaSwap
            : Has(root, "defaults") || (first is not null && Has(first, "required_memory_gb", "memory_pressure_max_tokens", "reasoning_response", "chat_template", "supports_vision")) ? ImportFormat.MlxRouter
            : null;
    }

    private static bool Has(ConfigNode.Mapping mapping, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Value(mapping, key) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static ConfigNode? Value(ConfigNode.Mapping mapping, string key) => mapping.Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static ConfigNode? Parse(string text)
    {
        // JSON is YAML but for tabs, which are all that some indent it with.
        if (text.AsSpan().TrimStart().StartsWith("{"))
        {
            try
            {
                using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
                return NodeOf(document.RootElement);
            }
            catch (JsonException invalid)
            {
                throw new ImportRefusedException($"is not valid JSON: {invalid.Message}");
            }
        }

        try
        {
            return YamlReader.Read(text);
        }
        catch (YamlRefusedException refused)
        {
            throw new ImportRefusedException($"line {refused.Line} {refused.Message}");
        }
    }

    private static ConfigNode NodeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new ConfigNode.Mapping(1, 1, [.. value.EnumerateObject().Select(member => new ConfigEntry(member.Name, 1, NodeOf(member.Value)))]),
        JsonValueKind.Array => new ConfigNode.Sequence(1, 1, [.. value.EnumerateArray().Select(NodeOf)]),
        JsonValueKind.String => new ConfigNode.Scalar(1, value.GetString()!, Quoted: true),
        _ => new ConfigNode.Scalar(1, value.GetRawText(), Quoted: false),
    };
}
