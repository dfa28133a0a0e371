using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;

namespace Lockkeeper.Server.Config;

/// <summary>The folder of the configuration file, where relative paths in it begin.</summary>
/// <param name="path">Absolute.</param>
/// <param name="home">What <c>~</c> stands for.</param>
internal sealed class ConfigFolder(string path, string home)
{
    public static ConfigFolder Of(string file) =>
        new(Path.GetDirectoryName(Path.GetFullPath(file)) ?? Environment.CurrentDirectory, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>The absolute path that a path in the file means.</summary>
    public string Resolve(string written) =>
        written == "~" ? home
        : written.StartsWith("~/", StringComparison.Ordinal) ? Path.GetFullPath(written[2..], home)
        : Path.GetFullPath(written, path);

    /// <summary>A program named with a folder is a path; a bare name is looked up on PATH when the engine starts.</summary>
    public string ResolveProgram(string written) =>
        written.Contains('/', StringComparison.Ordinal) && !written.StartsWith('{') ? Resolve(written) : written;

    /// <summary>Finds what is named and not there. Programs are not looked for: one may be installed later, and its absence harms no other model.</summary>
    public IReadOnlyList<ConfigProblem> Check(LockkeeperConfig config, IReadOnlyDictionary<string, EnginePreset> presets, ConfigPositions positions)
    {
        var findings = new ConfigFindings(positions);
        foreach (var (name, engine) in config.Engines)
        {
            if (engine.Cwd is { } cwd && PathRules.Refuse(cwd) is null && !Directory.Exists(Resolve(cwd)))
            {
                findings.Add(ConfigKey.Top("engines") / name / "cwd", Missing("folder", cwd));
            }
        }

        foreach (var (id, model) in config.Models)
        {
            if (model.Path is { } name && config.Engines.TryGetValue(model.Engine, out var engine)
                && IsName(name, engine.Whole(presets), engine.Preset is { } preset && presets.TryGetValue(preset, out var known) ? known.Loads : []))
            {
                continue;
            }

            if (model.Path is { } file && PathRules.Refuse(file) is null && !Path.Exists(Resolve(file)))
            {
                findings.Add(ConfigKey.Top("models") / id / "path", Missing("file or folder", file));
            }
        }

        return findings.Problems;
    }

    /// <summary>Whether it is a name that the engine knows the model by, and no path of this machine: in a cloud, or in a hub that the engine fetches from.</summary>
    public bool IsName(string path, EngineConfig engine, IReadOnlyList<ModelFormat> loads) =>
        engine.Lifecycle == Lifecycle.Cloud || (loads.Contains(ModelFormat.Hub) && ModelNames.IsOfHub(path) && !Path.Exists(Resolve(path)));

    private string Missing(string kind, string written) => Resolve(written) is var resolved && resolved == written
        ? $"there is no {kind} '{written}'"
        : $"there is no {kind} '{written}', which means {resolved}";
}
