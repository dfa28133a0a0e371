using System.Text.Json;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What must be said of the control API of an engine that runs by itself.</summary>
internal static class ControlRules
{
    private static readonly string[] Known = [Placeholders.Instance, .. Placeholders.Known];

    /// <summary>The keys that are of no use to an engine without one.</summary>
    public static (string Key, bool Given)[] KeysOf(EngineConfig engine) =>
        [("load", engine.Load is not null), ("unload", engine.Unload is not null), ("list", engine.List is not null), ("max_loaded", engine.MaxLoaded is not null)];

    /// <summary>Without these nothing can be loaded, or nothing freed again.</summary>
    /// <param name="key">The engine's section.</param>
    /// <param name="whole">What it says, its preset included.</param>
    /// <param name="findings">Where the problems go.</param>
    public static void Demand(ConfigKey key, EngineConfig whole, ConfigFindings findings)
    {
        if (whole.Load?.Path is null)
        {
            findings.Add(key / "load", "is missing; say how a model is loaded, as in { path: /v1/model/load, body: { model_name: \"{id}\" } }, or write lifecycle: attached if that is done elsewhere");
        }

        if (whole.Unload?.Path is null)
        {
            findings.Add(key / "unload", "is missing; say how it is unloaded, as in { path: /v1/model/unload }, or its memory could never be used for another model");
        }
    }

    public static void Check(ConfigKey key, EngineConfig engine, ConfigFindings findings)
    {
        Call(key / "load", engine.Load, mayNameInstance: false, findings);
        Call(key / "unload", engine.Unload, mayNameInstance: true, findings);
        if (engine.List is not { } list)
        {
            return;
        }

        Path(key / "list" / "path", list.Path, findings);
        foreach (var (name, member) in ((string, string?)[])[("models", list.Models), ("name", list.Name), ("instance", list.Instance)])
        {
            if (member is not null && JsonMember.Refuse(member) is { } refusal)
            {
                findings.Add(key / "list" / name, refusal);
            }
        }

        if (list.Loaded is { } loaded && !JsonCondition.TryParse(loaded, out _, out var problem))
        {
            findings.Add(key / "list" / "loaded", problem);
        }
    }

    private static void Call(ConfigKey key, ControlCallConfig? call, bool mayNameInstance, ConfigFindings findings)
    {
        if (call is null)
        {
            return;
        }

        if (call.Method is { } method && (method.Length == 0 || !method.All(char.IsAsciiLetter)))
        {
            findings.Add(key / "method", $"'{method}' is no HTTP method; write POST, PUT, DELETE or GET");
        }

        Path(key / "path", call.Path, findings);
        Placed(key / "path", call.Path ?? "", mayNameInstance, findings);
        foreach (var (name, value) in call.Body ?? JsonFields.None)
        {
            using var json = JsonDocument.Parse(value);
            foreach (var text in Texts(json.RootElement))
            {
                Placed(key / "body" / name, text, mayNameInstance, findings);
            }
        }
    }

    private static void Path(ConfigKey key, string? path, ConfigFindings findings)
    {
        if (path is not null && !EngineRules.IsPath(path))
        {
            findings.Add(key, $"'{path}' is no path; it begins with a slash and holds no spaces, as in /v1/models");
        }
    }

    private static void Placed(ConfigKey key, string text, bool mayNameInstance, ConfigFindings findings)
    {
        foreach (var placeholder in Placeholders.In(text).Where(placeholder => placeholder == Placeholders.Port || !Known.Contains(placeholder) || (placeholder == Placeholders.Instance && !mayNameInstance)))
        {
            findings.Add(key, placeholder switch
            {
                Placeholders.Port => "{port} is for commands; an engine that runs already has its url",
                Placeholders.Instance => "{instance} is for unload: what is not loaded yet has none",
                _ => $"{placeholder} is no placeholder; {(Spelling.Nearest(placeholder, Known) is { } near ? $"did you mean {near}?" : $"there are {string.Join(' ', Known)}")}",
            });
        }
    }

    private static IEnumerable<string> Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => [json.GetString()!],
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => Texts(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
        _ => [],
    };
}
