using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;

namespace Lockkeeper.Server.Config;

/// <summary>An engine's section joined with the preset it names, and what both make of a model.</summary>
/// <param name="Written">The section as it stands in the file.</param>
/// <param name="Folder">Where its relative paths begin.</param>
/// <param name="Presets">The presets there are.</param>
internal sealed record EngineExpansion(EngineConfig Written, ConfigFolder Folder, IReadOnlyDictionary<string, EnginePreset> Presets)
{
    /// <summary>Whether the model's path is a name for the engine, and no file of this machine.</summary>
    public bool AsWritten { get; init; }

    /// <summary>What the engine wants of us.</summary>
    public EngineSecrets Secrets { get; init; } = EngineSecrets.None;

    public EngineConfig Whole { get; } = Written.Whole(Presets);

    public EnginePreset? Preset { get; } = Written.Preset is { } known ? Presets[known] : null;

    /// <summary>Kinds of model it loads; empty where that is not known.</summary>
    public IReadOnlyList<ModelFormat> Loads => Preset?.Loads ?? [];

    /// <summary>The absolute path that a model's path means; a name for the engine stays what it is.</summary>
    public string Resolve(string path) => IsName(path) ? path : Folder.Resolve(path);

    /// <summary>Whether it is no file of this machine.</summary>
    public bool IsName(string path) => AsWritten || Folder.IsName(path, Whole, Loads);

    /// <summary>The name a cloud knows a model by; null when it is none.</summary>
    public string? NameIn(string? path) => Whole.Lifecycle == Lifecycle.Cloud ? path : null;

    /// <summary>The model with what it leaves to its engine and to the files beside it.</summary>
    public ModelConfig Complete(ModelConfig model) => model with
    {
        MaxConcurrency = model.MaxConcurrency ?? Whole.MaxConcurrency ?? 1,
        Mmproj = model.Mmproj ?? (GgufFolder.IsOnlyFor(Loads) && model.Path is { } path && PathRules.Refuse(path) is null ? GgufFolder.ProjectorIn(Folder.Resolve(path)) : null),
    };

    /// <summary>Program and arguments for a model that is complete. A command of one's own is left as it is: the preset's arguments belong to the preset's program.</summary>
    public ImmutableArray<string> Command(ModelConfig model)
    {
        string[] added = [.. Whole.Args ?? [], .. model.Args];
        return Written.Command is { } command
            ? [Folder.ResolveProgram(command[0]), .. command.Skip(1), .. added]
            : [.. Whole.Command!, .. Groups(Preset!, model).SelectMany(group => group.Args), .. added];
    }

    /// <summary>Environment variables for it.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables(ModelConfig model)
    {
        var groups = Written.Command is null && Preset is not null ? Groups(Preset, model) : [];
        return groups.SelectMany(group => group.Env).Where(variable => Written.Env?.ContainsKey(variable.Key) != true).Concat(Whole.Env ?? new Dictionary<string, string>());
    }

    /// <summary>What serves the model while the preset's program is not installed; null when nothing can. Further arguments are not passed on: they are for the other program.</summary>
    public EngineFallback? Fallback(ModelConfig model)
    {
        if (Written.Command is not null || Preset?.Fallback is not { } fallback || !Presets.TryGetValue(fallback.Preset, out var other))
        {
            return null;
        }

        var type = Enum.Parse<Capability>((model.Type ?? ModelType.Chat).ToString());
        return other.Engine.Capabilities?.Contains(type) == false
            ? null
            : new EngineFallback
            {
                Preset = other.Name,
                Without = fallback.Without,
                Command = [.. other.Engine.Command!, .. Groups(other, model).SelectMany(group => group.Args)],
                Dialects = [.. other.Engine.Dialects ?? []],
                Capabilities = [.. other.Engine.Capabilities ?? []],
                Leaks = Leaks(model, other.Engine),
            };
    }

    /// <summary>What has to be taken out of the text of an engine's answers: the model's own words on it come first.</summary>
    public static LeakPlan Leaks(ModelConfig model, EngineConfig engine) => new()
    {
        Format = model.ReasoningFormat ?? engine.ReasoningFormat ?? ReasoningFormat.None,
        Reasoning = model.Reasoning ?? ReasoningPolicy.Separate,
        StartsInReasoning = model.StartsInReasoning,
        Tools = model.ToolParser ?? engine.ToolParser ?? ToolDialect.Off,
    };

    private IEnumerable<PresetArguments> Groups(EnginePreset preset, ModelConfig model) => preset.ArgumentsFor(model, Whole.Sleep ?? false, PlaceholderValues.Of("id", model, path => path));
}
