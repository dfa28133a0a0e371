using System.Globalization;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Presets;

/// <summary>A preset for people: everything it says, in two columns.</summary>
internal static class PresetPage
{
    private const int Label = 13;

    public static string Of(EnginePreset preset)
    {
        var engine = preset.Engine;
        var page = new StringBuilder();
        page.Append(preset.Name).Append(": ").Append(preset.Description).Append('\n').Append('\n');
        Line(page, "life cycle", Word.Of(engine.Lifecycle ?? Lifecycle.Process));
        Line(page, "loads", string.Join(", ", preset.Loads.Select(Word.Of)));
        Line(page, "can", engine.Capabilities is null ? "whatever its models can" : string.Join(", ", engine.Capabilities.Select(Word.Of)));
        Line(page, "speaks", string.Join(", ", (engine.Dialects ?? []).Select(Word.Of)));
        Line(page, "leaks", Leaks(engine));
        Line(page, "url", engine.Url);
        Line(page, "key", engine.ApiKey?.ToString());
        Lines(page, "command", Commands(preset));
        Lines(page, "environment", (engine.Env ?? new Dictionary<string, string>()).Select(variable => $"{variable.Key}={variable.Value}"));
        Line(page, "asked for", engine.RequestModel);
        Line(page, "ready", Ready(engine.Ready ?? new ReadyConfig()));
        Lines(page, "controlled by", Calls(engine));
        Line(page, "start", $"at most {HumanDuration.Format(engine.StartTimeout ?? new EngineSpec { Name = "", Command = [] }.StartTimeout)}");
        Line(page, "stop", Stop(engine));
        Line(page, "concurrency", (engine.MaxConcurrency ?? 1).ToString(CultureInfo.InvariantCulture));
        Line(page, "health", engine.HealthLies == true ? "may look well while it is dead; it is asked for a token now and then" : null);
        Line(page, "fallback", preset.Fallback is { } fallback ? $"while its program is not on PATH, {fallback.Preset} serves, without {fallback.Without}" : null);
        Lines(page, "traps", preset.Traps.Select(trap => $"* {trap}"));
        Lines(page, "sources", preset.Sources.Select(source => $"* {source}"));
        Line(page, "verified by", preset.Verified == PresetEvidence.Ran ? "running it" : "reading these; it was not run");
        return page.ToString();
    }

    private static IEnumerable<string> Commands(EnginePreset preset) => preset.Engine.Command is not { } command ? []
        : [string.Join(' ', command), .. preset.Arguments.Select(group => $"  {string.Join(' ', group.Args)}{Variables(group)}{Condition(group.When)}")];

    private static string Variables(PresetArguments group) => string.Concat(group.Env.Select(variable => $" {variable.Key}={variable.Value}"));

    private static string Condition(PresetCondition when)
    {
        List<string> said =
        [
            .. when.Type.Count > 0 ? [string.Join(" or ", when.Type.Select(Word.Of))] : Array.Empty<string>(),
            .. when.Can.Select(ability => $"can {Word.Of(ability)}"),
            .. when.Cannot.Select(ability => $"cannot {Word.Of(ability)}"),
            .. when.Is.Select(value => $"{value.Key} is {value.Value}"),
            .. when.IsNot.Select(value => $"{value.Key} is not {value.Value}"),
            .. when.Lacks.Select(value => $"no {value}"),
            .. when.Sleep is { } sleep ? [sleep ? "sleep" : "no sleep"] : Array.Empty<string>(),
        ];
        return said.Count == 0 ? "" : $"   [{string.Join(", ", said)}]";
    }

    private static string Ready(ReadyConfig ready) => string.Join(", ", new[]
    {
        $"GET {ready.Path ?? new ReadyRule().Path} is 2xx",
        ready.Json is null ? null : $"and says {ready.Json}",
        ready.ContainsModel == true ? "and names the model" : null,
        ready.Completion == true ? "and a token comes" : null,
    }.OfType<string>());

    private static string? Leaks(EngineConfig engine)
    {
        string?[] leaks =
        [
            engine.ToolParser is { } tools and not ToolDialect.Off ? $"calls of tools ({Word.Of(tools)})" : null,
            engine.ReasoningFormat is { } reasoning and not ReasoningFormat.None ? $"reasoning ({Word.Of(reasoning)})" : null,
        ];
        return leaks.OfType<string>().ToList() is { Count: > 0 } found ? string.Join(", ", found) : null;
    }

    private static IEnumerable<string> Calls(EngineConfig engine)
    {
        if (engine.Load is { } load)
        {
            yield return $"load    {Call(load)}";
        }

        if (engine.Unload is { } unload)
        {
            yield return $"unload  {Call(unload)}";
        }

        if (engine.List is { } list)
        {
            yield return $"list    GET {list.Path}: {list.Models ?? "data"}[].{list.Name ?? "id"}{(list.Loaded is null ? "" : $", loaded where {list.Loaded}")}{(list.Instance is null ? "" : $", instance {list.Instance}")}";
        }

        foreach (var (name, value) in engine.ControlHeaders ?? new Dictionary<string, string>())
        {
            yield return $"header  {name}: {value}";
        }
    }

    private static string Call(ControlCallConfig call) =>
        $"{call.Method ?? "POST"} {call.Path}{(call.Body is { Count: > 0 } body ? $" {{{string.Join(',', body.Select(field => $"\"{field.Key}\":{field.Value}"))}}}" : "")}";

    private static string? Stop(EngineConfig engine)
    {
        var patience = HumanDuration.Format(engine.StopTimeout ?? new EngineSpec { Name = "", Command = [] }.StopTimeout);
        return engine.Lifecycle switch
        {
            null or Lifecycle.Process => $"{(engine.Stop?.Path is { } path ? $"POST {path}, then " : "")}{engine.Stop?.Signal ?? "SIGTERM"} to its group, SIGKILL after {patience}",
            Lifecycle.Api or Lifecycle.Ollama => $"the model is unloaded, within {patience}",
            Lifecycle.Systemd => $"systemctl stop, within {patience}",
            _ => null,
        };
    }

    private static void Lines(StringBuilder page, string label, IEnumerable<string> lines)
    {
        foreach (var (line, isFirst) in lines.Select((line, index) => (line, index == 0)))
        {
            Line(page, isFirst ? label : "", line);
        }
    }

    private static void Line(StringBuilder page, string label, string? text)
    {
        if (text is not null)
        {
            page.Append(label.PadRight(Label)).Append("  ").Append(text).Append('\n');
        }
    }
}
