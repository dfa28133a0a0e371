using System.CommandLine;
using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Detection;
using Lockkeeper.Server.Engines.Presets;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper init</c>: looks at what is on this machine and writes a first configuration of it.</summary>
internal static class InitVerb
{
    private static readonly Option<string> Config = new("--config") { HelpName = "FILE", Description = "File to write; default: lockkeeper.yaml.", DefaultValueFactory = _ => "lockkeeper.yaml" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Ask nothing: take the engines that are sure, and the folders." };
    private static readonly Option<bool> DetectOnly = new("--detect-only") { Description = "Show what is found, and write nothing." };
    private static readonly Option<bool> FromExample = new("--example") { Description = "Write the commented example instead; nothing is looked for." };
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the file." };
    private static readonly Option<bool> Json = new("--json") { Description = "Show what is found as JSON on stdout." };

    /// <summary>For tests: whoever has other ports can write them into the file.</summary>
    private static readonly Option<string?> Ports = new("--ports") { Hidden = true };

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("init", "Find engines and models on this machine and write a configuration.") { Config, Yes, DetectOnly, FromExample, Force, Json, Ports };
        NotHere.Refuse(command, notHere);
        command.Validators.Add(result =>
        {
            if (result.GetValue(FromExample) && (result.GetValue(DetectOnly) || result.GetValue(Json)))
            {
                result.AddError("--example looks for nothing; it does not go with --detect-only or --json.");
            }

            if (result.GetValue(Ports) is { } ports && !ports.Split(',').All(port => ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                result.AddError($"'{ports}' is no value for --ports.");
            }
        });
        command.SetAction(async (parsed, stop) => (int)await RunAsync(parsed, stop));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (file, force, yes) = (parsed.GetRequiredValue(Config), parsed.GetValue(Force), parsed.GetValue(Yes));
        if (parsed.GetValue(FromExample))
        {
            return Write(file, Example.In(AppContext.BaseDirectory), force, error);
        }

        var writes = !parsed.GetValue(DetectOnly);
        if (writes && !yes && Console.IsInputRedirected)
        {
            return Told(error, ExitCode.Usage, "there is nobody to ask: stdin is no terminal. Write --yes to take what is sure, or --detect-only to see what there is.");
        }

        // Before the search, and before any question: whoever answers them all should not be refused at the end.
        if (writes && Path.Exists(file) && !force)
        {
            return Told(error, ExitCode.Failure, $"{file} exists; it is overwritten only with --force.");
        }

        var found = await FindAsync(parsed.GetValue(Ports), stop);
        if (parsed.GetValue(Json))
        {
            await output.WriteLineAsync(FindingsText.Json(found));
        }
        else
        {
            await (writes ? error : output).WriteAsync(FindingsText.Table(found));
        }

        if (!writes)
        {
            return ExitCode.Success;
        }

        var chosen = yes ? found with { Engines = [.. found.Engines.Where(engine => engine.IsConfirmed)] } : Ask(found, error);
        return FirstConfig.Write(chosen, EnginePresets.Known) is { } text
            ? Write(file, text, force, error)
            : Told(error, ExitCode.Failure, "nothing to serve was found; 'lockkeeper init --example' writes a commented example to start from.");
    }

    private static async Task<Findings> FindAsync(string? ports, CancellationToken stop)
    {
        var machine = new Machine(Environment.GetEnvironmentVariable);
        using var probe = new EngineProbe();
        var engines = await probe.LookAsync(ports?.Split(',').Select(port => int.Parse(port, CultureInfo.InvariantCulture)) ?? KnownEngine.Ports, stop);
        return new Findings(engines, machine.Programs(), machine.Folders());
    }

    /// <summary>What is not sure is in only after a yes; what is sure, unless there is a no.</summary>
    private static Findings Ask(Findings found, TextWriter error) => found with
    {
        Engines = [.. found.Engines.Where(engine => engine.IsConfirmed ? Agrees($"Use {engine.Name} on {engine.Url}?", true, error) : Agrees($"{engine.Url} does not answer like an engine. Use it all the same?", false, error))],
        Folders = [.. found.Folders.Where(folder => Agrees($"Serve the models in {folder.Path}?", true, error))],
    };

    private static bool Agrees(string question, bool unless, TextWriter error)
    {
        while (true)
        {
            error.Write($"{question} [{(unless ? "Y/n" : "y/N")}] ");
            switch (Console.ReadLine()?.Trim().ToLowerInvariant())
            {
                case null:
                    return false;
                case "":
                    return unless;
                case "y" or "yes":
                    return true;
                case "n" or "no":
                    return false;
                default:
                    continue;
            }
        }
    }

    /// <summary>The real loader has the last word, on the file where it will stand: relative paths begin there.</summary>
    private static ExitCode Write(string file, string text, bool force, TextWriter error)
    {
        var draft = ConfigText.Read(file, text, EnginePresets.Known);
        IReadOnlyList<ConfigProblem> problems = [.. draft.Problems, .. ConfigFolder.Of(file).Check(draft.Config, EnginePresets.Known, draft.Positions)];
        foreach (var problem in problems)
        {
            error.WriteLine(problem);
        }

        return problems.Count > 0 ? Told(error, ExitCode.Failure, "what would be written cannot be served, so nothing was written.")
            : NewConfigFile.Write(file, text, force) is { } why ? Told(error, ExitCode.Failure, $"{why}.")
            : Told(error, ExitCode.Success, $"wrote {file}. Start it with: lockkeeper serve --config {file}");
    }

    private static ExitCode Told(TextWriter error, ExitCode code, string message)
    {
        error.WriteLine($"lockkeeper: {message}");
        return code;
    }
}
