using System.Collections;
using System.CommandLine;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Engines.Presets;
using Lockkeeper.Server.Import;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper import FILE|--from-env</c>: takes over the configuration of another router. The file goes to stdout or into a file, what has no equivalent to stderr.</summary>
internal static class ImportVerb
{
    private const string Stdout = "-";

    /// <summary>Written out: every verb is made at each start, also of an engine, whose process does without the server.</summary>
    private const string Formats = "slm-server, local-engine-router, mlx-router, llama-swap";

    private static readonly Argument<string?> Source = new("FILE") { Arity = ArgumentArity.ZeroOrOne, Description = "Configuration of slm_server, local-engine-router, mlx-router or llama-swap." };
    private static readonly Option<bool> FromEnv = new("--from-env") { Description = "Take the SLUICE_ variables of the environment instead of a file." };
    private static readonly Option<string?> Format = new("--format") { HelpName = "NAME", Description = $"Whose file it is: {Formats}. Without it that is seen from what stands in it." };
    private static readonly Option<string> Output = new("--output") { HelpName = "FILE", Description = "File to write; default: - for stdout.", DefaultValueFactory = _ => Stdout };
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the file that --output names." };

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("import", "Make a configuration of that of another router, and list what has no equivalent.") { Source, FromEnv, Format, Output, Force };
        NotHere.Refuse(command, notHere);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Source) is null != result.GetValue(FromEnv))
            {
                result.AddError("Name the FILE to take over, or write --from-env; not both.");
            }

            if (result.GetValue(Format) is { } name && (!Importer.Names.ContainsKey(name) || name == "sluice"))
            {
                result.AddError($"'{name}' is no value for --format; write {Formats}.");
            }
        });
        command.SetAction(parsed => (int)Run(parsed, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, TextWriter output, TextWriter error)
    {
        var source = parsed.GetValue(Source);
        try
        {
            var report = source is null ? SluiceImport.Read(Variables()) : Importer.Read(File.ReadAllText(source), parsed.GetValue(Format) is { } name ? Importer.Names[name] : null, Environment.GetEnvironmentVariable);
            var text = Importer.Write(report);
            return Finish(report, text, parsed.GetRequiredValue(Output), parsed.GetValue(Force), output, error);
        }
        catch (Exception refused) when (refused is ImportRefusedException or ConfigUnwritableException)
        {
            error.WriteLine($"lockkeeper: {source ?? "the environment"}: {ConfigFindings.OneLine(refused.Message)}.");
            return ExitCode.Usage;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"lockkeeper: cannot read {source}: {unreadable.Message}");
            return ExitCode.Failure;
        }
    }

    private static ExitCode Finish(ImportReport report, string text, string target, bool force, TextWriter output, TextWriter error)
    {
        // What would be refused when it is served is not written: the mistake would be found later, by somebody else.
        var draft = ConfigText.Read(target == Stdout ? "result" : target, text, EnginePresets.Known);
        if (draft.Problems.Count > 0)
        {
            foreach (var problem in draft.Problems)
            {
                error.WriteLine(problem);
            }

            error.WriteLine("lockkeeper: what came of it cannot be served, so nothing was written.");
            return ExitCode.Failure;
        }

        if (target == Stdout)
        {
            output.Write(text);
        }
        else if (NewConfigFile.Write(target, text, force) is { } why)
        {
            error.WriteLine($"lockkeeper: {why}.");
            return ExitCode.Failure;
        }

        Tell(report, draft, target, error);
        return ExitCode.Success;
    }

    private static void Tell(ImportReport report, ConfigDraft draft, string target, TextWriter error)
    {
        foreach (var missing in ConfigFolder.Of(target == Stdout ? "lockkeeper.yaml" : target).Check(draft.Config, EnginePresets.Known, draft.Positions))
        {
            error.WriteLine($"warning: {missing}");
        }

        if (report.Lost.Count > 0)
        {
            error.WriteLine("Without equivalent:");
        }

        foreach (var group in report.Lost.GroupBy(lost => lost.Why))
        {
            error.WriteLine($"  {string.Join(", ", group.Select(lost => lost.Key).Distinct())}: {group.Key}");
        }

        var format = Importer.Names.First(name => name.Value == report.Format).Key;
        error.WriteLine($"Taken over from {format}: {Count(report.Config.Models.Count, "model")}, {Count(report.Config.Engines.Count, "engine")}{(target == Stdout ? "" : $"; written to {target}")}.");
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    internal static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
}
