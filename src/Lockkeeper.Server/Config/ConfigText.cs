using System.Buffers;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>A configuration as text, of one file or several: read, joined, bound and checked against every rule that needs no disk.</summary>
internal sealed class ConfigText(string file, IReadOnlyDictionary<string, EnginePreset> presets, Func<string, string?> variable)
{
    /// <summary>Names the folder of further files.</summary>
    private const string IncludeKey = "include";

    /// <summary>C0 without tab and line ends, DEL and C1.</summary>
    private static readonly SearchValues<char> Control =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(letter => char.IsControl(letter) && letter is not ('\t' or '\n' or '\r' or '\u0085'))]);

    private readonly ConfigFindings _findings = new(new ConfigPositions(file));
    private ConfigNode? _root;
    private bool _broken;

    /// <summary>The folder that the first file includes, its variables filled in; null for none.</summary>
    public string? Include => _root is ConfigNode.Mapping root && root.Entries.FirstOrDefault(entry => entry.Key == IncludeKey) is { Value: ConfigNode.Scalar { IsNothing: false } folder }
        && new Variables(variable).TryExpand(folder.Text, out var path) && PathRules.Refuse(path) is null ? path : null;

    /// <param name="file">The file as the user named it, for messages.</param>
    /// <param name="text">What stands in it.</param>
    /// <param name="presets">The presets an engine may name.</param>
    /// <param name="variable">The environment; this process's own unless told.</param>
    public static ConfigDraft Read(string file, string text, IReadOnlyDictionary<string, EnginePreset> presets, Func<string, string?>? variable = null)
    {
        var read = new ConfigText(file, presets, variable ?? Environment.GetEnvironmentVariable);
        read.Add(file, text);
        return read.Finish();
    }

    /// <summary>Takes the first file, or one more that it includes.</summary>
    public void Add(string name, string text)
    {
        var control = text.AsSpan().IndexOfAny(Control);
        if (control >= 0)
        {
            // The parser would take a NUL for the end of the file, and silently drop what follows.
            Refuse(name, text.AsSpan(0, control).Count('\n') + 1, $"holds the control character U+{(int)text[control]:X4}, which text does not have");
            return;
        }

        try
        {
            Join(name, YamlReader.Read(text, name));
        }
        catch (YamlRefusedException refused)
        {
            Refuse(name, refused.Line, refused.Message);
        }
    }

    /// <summary>A file that cannot be had.</summary>
    public void Refuse(string name, int line, string why)
    {
        _findings.RefuseFile(line, why, name);
        _broken = true;
    }

    /// <summary>The folder of further files cannot be had.</summary>
    public void RefuseInclude(string why)
    {
        var key = ConfigKey.Top(IncludeKey);
        _findings.AddIn(file, key, ((ConfigNode.Mapping)_root!).Entries.First(entry => entry.Key == IncludeKey).Line, why);
        _broken = true;
    }

    public ConfigDraft Finish()
    {
        var config = _broken && _root is null ? null : new ConfigBinder(_findings).Bind<LockkeeperConfig>(_root);
        if (config is not null)
        {
            new Variables(variable).ExpandAll(config, null, _findings);
        }

        // What stands in a file that could not be read is not missing.
        var broken = config is null || _broken ? [] : ConfigRules.Check(config, _findings.Positions, presets);
        return new ConfigDraft(config ?? new LockkeeperConfig(), _findings.Positions, ConfigFindings.InOrder([.. _findings.Problems, .. broken], file));
    }

    private void Join(string name, ConfigNode? root)
    {
        if (name == file)
        {
            _root = root;
        }
        else if (root is ConfigNode.Mapping mapping)
        {
            if (mapping.Entries.FirstOrDefault(entry => entry.Key == IncludeKey) is { } nested)
            {
                _findings.AddIn(name, ConfigKey.Top(IncludeKey), nested.Line, $"stands in a file that is included; only {file} may include a folder");
                mapping = mapping with { Entries = [.. mapping.Entries.Where(entry => entry.Key != IncludeKey)] };
            }

            _root = ConfigJoin.Of(_root as ConfigNode.Mapping, mapping, _findings);
        }
        else if (root is not null)
        {
            Refuse(name, root.Line, "is no configuration, which is made of 'key: value' lines");
        }
    }
}

/// <summary>What the files say, and what is wrong with it.</summary>
/// <param name="Config">As far as it could be read; fit for use only without problems.</param>
/// <param name="Positions">Where each key stands.</param>
/// <param name="Problems">In the order of the files.</param>
internal sealed record ConfigDraft(LockkeeperConfig Config, ConfigPositions Positions, IReadOnlyList<ConfigProblem> Problems);
