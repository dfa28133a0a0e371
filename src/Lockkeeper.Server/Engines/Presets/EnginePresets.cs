using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;

namespace Lockkeeper.Server.Engines.Presets;

/// <summary>The kinds of engine that need no command of one's own. Each is a file beside this one, read as strictly as a configuration.</summary>
internal static class EnginePresets
{
    private const string Extension = ".yaml";

    /// <summary>Stands in a preset's command for this program itself.</summary>
    private const string Self = "{self}";

    public static IReadOnlyDictionary<string, EnginePreset> Known { get; } = Of(OwnExecutable.Command);

    /// <param name="self">How this program starts itself again, for the engine that is part of it.</param>
    /// <returns>Each is read when it is asked for, which throws <see cref="InvalidDataException"/> where a preset of this version is not one; a test reads them all.</returns>
    public static IReadOnlyDictionary<string, EnginePreset> Of(ImmutableArray<string> self)
    {
        var assembly = typeof(EnginePresets).Assembly;
        var prefix = $"{typeof(EnginePresets).Namespace}.";
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal));
        return new PresetShelf(names.Select(name => name[prefix.Length..^Extension.Length]), preset =>
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(prefix + preset + Extension)!);
            return Read(preset + Extension, text.ReadToEnd(), self);
        });
    }

    /// <summary>One preset, from its file.</summary>
    /// <param name="file">Its name is the preset's, with <c>.yaml</c> behind.</param>
    /// <param name="text">What stands in it.</param>
    /// <param name="self">How this program starts itself again.</param>
    /// <exception cref="InvalidDataException">It is not a preset; the message holds all that is wrong.</exception>
    internal static EnginePreset Read(string file, string text, ImmutableArray<string> self)
    {
        var findings = new ConfigFindings(new ConfigPositions(file));
        var preset = new ConfigBinder(findings).Bind<EnginePreset>(YamlReader.Read(text));
        if (preset is not null && preset.Name + Extension != file)
        {
            findings.Add(ConfigKey.Top("name"), $"'{preset.Name}' is not the name of its file");
        }

        return findings.Problems.Count > 0 || preset is null
            ? throw new InvalidDataException(string.Join('\n', findings.Problems))
            : preset with { Engine = preset.Engine with { Preset = preset.Name, Command = WithSelf(preset.Engine.Command, self) } };
    }

    private static IReadOnlyList<string>? WithSelf(IReadOnlyList<string>? command, ImmutableArray<string> self) => command is [Self, ..] ? [.. self, .. command.Skip(1)] : command;
}
