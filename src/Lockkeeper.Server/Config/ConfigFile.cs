using Lockkeeper.Core.Config;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Security;

namespace Lockkeeper.Server.Config;

/// <summary>Loads the configuration: all of it, or all that is wrong with it.</summary>
internal static class ConfigFile
{
    public static ConfigResult Load(string file, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var folder = ConfigFolder.Of(file);
        var text = new ConfigText(file, presets, Environment.GetEnvironmentVariable);
        var print = new ConfigFiles.FilePrint();
        var files = new ConfigFiles(file, null);
        Add(file, text, print);
        if (text.Include is { } include)
        {
            files = files with { Folder = folder.Resolve(include) };
            try
            {
                foreach (var included in files.Included())
                {
                    Add(included, text, print);
                }
            }
            catch (FileRefusedException refused)
            {
                text.RefuseInclude(refused.Message);
            }
        }

        return Finish(text.Finish(), folder, presets) with { Files = files with { Print = print.ToString() } };
    }

    /// <summary>What is served without any file.</summary>
    public static ConfigResult LoadDemo(IReadOnlyDictionary<string, EnginePreset> presets) => LoadMade(DemoConfig.In(AppContext.BaseDirectory), DemoConfig.Name, presets);

    /// <summary>A configuration that stands in no file.</summary>
    /// <param name="config">What it says.</param>
    /// <param name="name">Stands where a file name would.</param>
    /// <param name="presets">The presets an engine may name.</param>
    public static ConfigResult LoadMade(LockkeeperConfig config, string name, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var positions = new ConfigPositions(name);
        return Finish(new ConfigDraft(config, positions, ConfigRules.Check(config, positions, presets)), ConfigFolder.Of(AppContext.BaseDirectory), presets);
    }

    private static ConfigResult Finish(ConfigDraft draft, ConfigFolder folder, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var config = draft.Config;
        var findings = new ConfigFindings(draft.Positions);
        var keys = new KeyReader(folder, Environment.GetEnvironmentVariable, findings).Read(config.Server.ApiKeys);
        var secrets = EngineSecrets.Read(config.Engines, presets, new SecretReader(folder, Environment.GetEnvironmentVariable, findings), findings);
        var all = ConfigFindings.InOrder([.. draft.Problems, .. folder.Check(config, presets, draft.Positions), .. findings.Problems], draft.Positions.File);
        return all.Count > 0
            ? new ConfigResult.Refused(all)
            : new ConfigResult.Loaded(config, CatalogBuilder.Build(config, folder, presets, secrets))
            {
                Keys = keys,
                Plan = DiscoveryPlan.Of(config, folder, presets, Environment.GetEnvironmentVariable) with { Secrets = secrets },
                StateFile = StateFile.Of(config, folder),
            };
    }

    private static void Add(string file, ConfigText text, ConfigFiles.FilePrint print)
    {
        byte[] bytes;
        try
        {
            bytes = ConfigFiles.Read(file);
        }
        catch (FileRefusedException missing)
        {
            print.AddRefused(file, missing);
            text.Refuse(file, missing.Line, missing.Message);
            return;
        }

        print.Add(file, bytes);
        try
        {
            text.Add(file, ConfigFiles.Decode(bytes));
        }
        catch (FileRefusedException garbled)
        {
            text.Refuse(file, garbled.Line, garbled.Message);
        }
    }
}
