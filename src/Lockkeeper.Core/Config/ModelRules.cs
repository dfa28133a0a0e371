using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What a model's section must say, also to the engine that serves it.</summary>
internal static class ModelRules
{
    public static void Check(LockkeeperConfig config, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        var section = ConfigKey.Top("models");
        if (config.Models.Count == 0)
        {
            findings.Add(section, "there are none, so there is nothing to serve; add one, as in models: { my-model: { engine: my-engine, path: model.gguf } }");
        }

        foreach (var (id, model) in config.Models)
        {
            var key = section / id;
            if (model is { Pinned: true, IdleTimeout.Value: not null })
            {
                findings.Add(key / "idle_timeout", "never counts, as the model is pinned; remove one of them");
            }

            if (PathRules.Refuse(model.Path) is { } refusal)
            {
                findings.Add(key / "path", refusal);
            }

            if (config.Engines.TryGetValue(model.Engine, out var engine))
            {
                Values(key, model, engine, presets, findings);
                if (CloudRules.IsCloud(engine, presets))
                {
                    CloudRules.Check(key, model, findings);
                }
            }
            else if (!findings.Positions.IsDoubtful(ConfigKey.Top("engines")))
            {
                findings.Add(key / "engine", UnknownEngine(model.Engine, config.Engines));
            }
        }
    }

    private static string UnknownEngine(string engine, IReadOnlyDictionary<string, EngineConfig> engines) => engines.Count == 0
        ? $"there is no engine '{engine}'; add it under engines"
        : Spelling.Nearest(engine, engines.Keys) is { } near
            ? $"there is no engine '{engine}'; did you mean '{near}'?"
            : $"there is no engine '{engine}'; there are {string.Join(", ", engines.Keys.Select(name => $"'{name}'"))}";

    /// <summary>Every placeholder of the command must have a value for this model: an argument with a hole in it would start the engine on nonsense.</summary>
    private static void Values(ConfigKey key, ModelConfig model, EngineConfig engine, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        if (engine.Lifecycle is not (null or Lifecycle.Process))
        {
            return;
        }

        var preset = engine.Preset is { } name ? presets.GetValueOrDefault(name) : null;
        var command = engine.Command ?? preset?.Engine.Command ?? [];
        var values = PlaceholderValues.Of("id", model, path => path);
        foreach (var placeholder in command.SelectMany(Placeholders.In).Distinct().Where(placeholder => placeholder != Placeholders.Port && Placeholders.Known.Contains(placeholder) && !values.ContainsKey(placeholder.Trim('{', '}'))))
        {
            var why = engine.Command is null ? $"the preset '{engine.Preset}' needs it" : $"the command of its engine holds {placeholder}";
            findings.Add(key / placeholder.Trim('{', '}'), $"is missing; {why}");
        }
    }
}
