using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What a model's section must say, also to the engine that serves it.</summary>
internal static class ModelRules
{
    public static void Check(LockkeeperConfig config, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        var section = ConfigKey.Top("models");
        if (config.Models.Count == 0 && config.Discover.Count == 0 && config.Engines.Values.All(engine => AllModels.QuestionTo(engine.Whole(presets)) is null))
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
                Abilities(key, model, engine.Whole(presets), findings);
                if (CloudRules.IsCloud(engine, presets))
                {
                    CloudRules.Check(key, model, findings);
                    CloudRules.Limit(key, id, model, config, findings);
                }
                else if (model.MaxUsdPerDay is not null)
                {
                    findings.Add(key / "max_usd_per_day", "is for models in a cloud; the engine of this one is a machine of one's own, which nobody is paid for");
                }
            }
            else if (!findings.Positions.IsDoubtful(ConfigKey.Top("engines")))
            {
                findings.Add(key / "engine", EngineRules.Unknown(model.Engine, config.Engines));
            }
        }
    }

    /// <summary>Every placeholder of the command must have a value for this model: an argument with a hole in it would start the engine on nonsense.</summary>
    private static void Values(ConfigKey key, ModelConfig model, EngineConfig engine, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        foreach (var (placeholder, holder) in Missing(model, engine, presets))
        {
            findings.Add(key / KeyOf(placeholder), $"is missing; {holder.Replace("{0}", placeholder, StringComparison.Ordinal)}");
        }
    }

    /// <summary>The placeholders that a process for this model has no value for, and what holds each: a sentence with <c>{0}</c> for it.</summary>
    public static IEnumerable<(string Placeholder, string Holder)> Missing(ModelConfig model, EngineConfig engine, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var whole = engine.Whole(presets);
        if (whole.Lifecycle is not (null or Lifecycle.Process))
        {
            return [];
        }

        var values = PlaceholderValues.Of("id", model with { MaxConcurrency = model.MaxConcurrency ?? whole.MaxConcurrency ?? 1 }, path => path);
        (IEnumerable<string> Words, string Holder)[] held =
        [
            (whole.Command ?? [], engine.Command is null ? $"the preset '{engine.Preset}' needs it" : "the command of its engine holds {0}"),
            ([whole.RequestModel ?? ""], "the request_model of its engine holds {0}"),
            ([.. whole.Args ?? [], .. model.Args], "its arguments hold {0}"),
        ];
        return held.SelectMany(words => words.Words.SelectMany(Placeholders.In).Select(placeholder => (Placeholder: placeholder, words.Holder)))
            .Where(word => !Placeholders.IsGivenByUs(word.Placeholder) && Placeholders.Known.Contains(word.Placeholder) && !values.ContainsKey(Placeholders.NameOf(word.Placeholder)))
            .DistinctBy(word => word.Placeholder);
    }

    /// <summary>The key of a model that gives a placeholder its value.</summary>
    private static string KeyOf(string placeholder) => Placeholders.NameOf(placeholder) switch
    {
        "dir" or "name" => "path",
        "memory_gb" => "memory",
        var name => name,
    };

    /// <summary>A model can do no more than its engine. Found out here, where a line can be named, and not by the first request.</summary>
    private static void Abilities(ConfigKey key, ModelConfig model, EngineConfig engine, ConfigFindings findings)
    {
        if (engine.Capabilities is not { } able)
        {
            return;
        }

        var can = $"its engine '{model.Engine}' can {string.Join(", ", able.Select(Word.Of))}; take another engine, or say so in its capabilities if it can after all";
        if (model.Type is { } type && !able.Contains(Enum.Parse<Capability>(type.ToString())))
        {
            findings.Add(key / "type", $"is {Word.Of(type)}, and {can}");
        }

        for (var i = 0; i < model.Capabilities.Count; i++)
        {
            if (!able.Contains(model.Capabilities[i]))
            {
                findings.Add((key / "capabilities").Item(i), $"is {Word.Of(model.Capabilities[i])}, and {can}");
            }
        }
    }
}
