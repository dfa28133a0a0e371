using System.CommandLine;
using System.Text.Json;
using Lockkeeper.Server.Api;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Engines.Presets;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper check [FILE]</c>: everything that is wrong with a configuration, without serving it.</summary>
internal static class CheckVerb
{
    private static readonly Argument<string?> File = new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Configuration file; without it the one that 'serve' would take.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Write the outcome to stdout as JSON." };

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("check", "Tell all that is wrong with a configuration. Exit code 0 when it can be served, 2 when not.") { File, Json };
        NotHere.Refuse(command, notHere);
        command.SetAction(parsed => (int)Run(parsed));
        return command;
    }

    private static ExitCode Run(ParseResult parsed)
    {
        var console = parsed.InvocationConfiguration;
        if (ConfigSearch.Find(parsed.GetValue(File), Environment.GetEnvironmentVariable) is not { } file)
        {
            console.Error.WriteLine("lockkeeper: there is no configuration file; name one.");
            return ExitCode.Usage;
        }

        var result = ConfigFile.Load(file, EnginePresets.Known);
        var problems = (result as ConfigResult.Refused)?.Problems ?? [];
        var advice = result is ConfigResult.Loaded sound ? ConfigAdvice.Of(sound, EnginePresets.Known) : [];
        if (parsed.GetValue(Json))
        {
            console.Output.WriteLine(System.Text.Encoding.UTF8.GetString(JsonReply.Bytes(json => Write(json, file, result, advice))));
        }
        else
        {
            Tell(file, result, advice, console);
        }

        return problems.Count == 0 ? ExitCode.Success : ExitCode.Usage;
    }

    private static void Tell(string file, ConfigResult result, IReadOnlyList<string> advice, InvocationConfiguration console)
    {
        switch (result)
        {
            case ConfigResult.Refused(var problems):
                foreach (var problem in problems)
                {
                    console.Error.WriteLine(problem);
                }

                console.Error.WriteLine($"lockkeeper: {(problems.Count == 1 ? "1 problem" : $"{problems.Count} problems")} in {file}.");
                break;
            case ConfigResult.Loaded loaded:
                foreach (var warning in advice)
                {
                    console.Error.WriteLine($"{file}: warning: {warning}");
                }

                console.Output.WriteLine($"{file}: no problems; {loaded.Catalog.Models.Length} models of {loaded.Config.Engines.Count} engines in {loaded.Config.PoolsOrDefault.Count} pools");
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, string file, ConfigResult result, IReadOnlyList<string> advice)
    {
        json.WriteStartObject();
        json.WriteString("file", file);
        json.WriteBoolean("ok", result is ConfigResult.Loaded);
        ProblemsJson.Write(json, "problems", (result as ConfigResult.Refused)?.Problems ?? []);
        json.WriteStartArray("warnings");
        foreach (var warning in advice)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
