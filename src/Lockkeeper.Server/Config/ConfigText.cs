using System.Buffers;
using Lockkeeper.Core.Config;

namespace Lockkeeper.Server.Config;

/// <summary>A configuration as text: read, bound and checked against every rule that needs no disk.</summary>
internal static class ConfigText
{
    /// <summary>C0 without tab and line ends, DEL and C1.</summary>
    private static readonly SearchValues<char> Control =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(letter => char.IsControl(letter) && letter is not ('\t' or '\n' or '\r' or '\u0085'))]);

    /// <param name="file">The file as the user named it, for messages.</param>
    /// <param name="text">What stands in it.</param>
    /// <param name="presets">The presets an engine may name.</param>
    public static ConfigDraft Read(string file, string text, IReadOnlyDictionary<string, EnginePreset> presets)
    {
        var findings = new ConfigFindings(new ConfigPositions(file));
        LockkeeperConfig? config = null;
        var control = text.AsSpan().IndexOfAny(Control);
        if (control >= 0)
        {
            // The parser would take a NUL for the end of the file, and silently drop what follows.
            findings.RefuseFile(text.AsSpan(0, control).Count('\n') + 1, $"holds the control character U+{(int)text[control]:X4}, which text does not have");
        }
        else
        {
            try
            {
                config = new ConfigBinder(findings).Bind<LockkeeperConfig>(YamlReader.Read(text));
            }
            catch (YamlRefusedException refused)
            {
                findings.RefuseFile(refused.Line, refused.Message);
            }
        }

        var broken = config is null ? [] : ConfigRules.Check(config, findings.Positions, presets);
        return new ConfigDraft(config ?? new LockkeeperConfig(), findings.Positions, ConfigFindings.InOrder([.. findings.Problems, .. broken]));
    }
}

/// <summary>What a file says, and what is wrong with it.</summary>
/// <param name="Config">As far as it could be read; fit for use only without problems.</param>
/// <param name="Positions">Where each key stands.</param>
/// <param name="Problems">In the order of the file.</param>
internal sealed record ConfigDraft(LockkeeperConfig Config, ConfigPositions Positions, IReadOnlyList<ConfigProblem> Problems);
