using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using Lockkeeper.LlamaCpp;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.Server.Diagnosis;
using Lockkeeper.Server.Engines.Presets;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper doctor</c>: what there is, what is missing, and what to do about it.</summary>
internal static class DoctorVerb
{
    private static readonly Option<string?> Config = new("--config") { HelpName = "FILE", Description = "Configuration file to examine; without it the one that serve would find." };
    private static readonly Option<bool> Json = new("--json") { Description = "Write JSON." };

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("doctor", "Look at what Lockkeeper needs of this machine, and say what to mend.") { Config, Json };
        NotHere.Refuse(command, notHere);
        command.SetAction(async (parsed, stop) => (int)await RunAsync(parsed, stop));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var output = parsed.InvocationConfiguration.Output;
        var version = typeof(DoctorVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var found = await new Doctor(Environment.GetEnvironmentVariable, EnginePresets.Known, TimeProvider.System).ExamineAsync(parsed.GetValue(Config), BuiltIn, stop);
        IReadOnlyList<Check> checks = [new Check("lockkeeper", Verdict.Ok, version), .. found];
        if (parsed.GetValue(Json))
        {
            var rows = checks.Select(check => new { check.Name, Verdict = check.Verdict.ToString().ToLowerInvariant(), check.Saw, check.Fix });
            await output.WriteLineAsync(JsonSerializer.Serialize(rows, Snake));
        }
        else
        {
            foreach (var check in checks)
            {
                await output.WriteLineAsync($"{check.Verdict.ToString().ToLowerInvariant(),-5} {check.Name}: {check.Saw}{(check.Fix is null ? "" : $" ({check.Fix})")}");
            }
        }

        return checks.Any(check => check.Verdict == Verdict.Fail) ? ExitCode.Failure : ExitCode.Success;
    }

    private static string? BuiltIn()
    {
        try
        {
            NativeLibraries.Load();
            return null;
        }
        catch (EngineLoadException missing)
        {
            return missing.Message;
        }
    }
}
