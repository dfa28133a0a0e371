using System.CommandLine;
using System.Net.Sockets;
using Lockkeeper.Core.Config;
using Lockkeeper.Server;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Engines.Presets;
using Lockkeeper.Server.Import;
using Microsoft.AspNetCore.Connections;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper [serve] [--config FILE] [--listen URL] [--verbose]</c></summary>
internal sealed class ServeVerb
{
    public ServeVerb()
    {
        Command = new Command("serve", "Serve the configured models; the demo models when there is no configuration.") { Config, Listen, Verbose };
        Command.SetAction(parsed => RunAsync(parsed));
    }

    public Command Command { get; }

    public Option<string?> Config { get; } = new("--config")
    {
        HelpName = "FILE",
        Description = "Configuration file. Without it: $LOCKKEEPER_CONFIG, ./lockkeeper.yaml, ~/.config/lockkeeper/lockkeeper.yaml, SLUICE_ variables, then the demo models.",
    };

    public Option<string?> Listen { get; } = new("--listen")
    {
        HelpName = "URL",
        Description = "Address to serve on instead of the configured one, as in http://127.0.0.1:5590; port 0 takes a free one.",
    };

    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Log each request too." };

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var console = parsed.InvocationConfiguration;
        var listen = parsed.GetValue(Listen);
        var file = ConfigSearch.Find(parsed.GetValue(Config), Environment.GetEnvironmentVariable);
        var variables = ImportVerb.Variables();
        var fromVariables = file is null && SluiceImport.IsIn(variables);
        var result = fromVariables ? OfVariables(variables) : file is null ? ConfigFile.LoadDemo(EnginePresets.Known) : ConfigFile.Load(file, EnginePresets.Known);
        IReadOnlyList<ConfigProblem> problems = [.. ListenProblems(listen, result), .. result is ConfigResult.Refused refused ? refused.Problems : []];
        if (problems.Count > 0 || result is not ConfigResult.Loaded loaded)
        {
            return (int)Refuse(problems, console.Error);
        }

        using var signals = new StopSignals();
        return await ServeAsync(
            new ServeSettings
            {
                Config = Listening(listen, loaded).Config,
                Catalog = loaded.Catalog,
                Plan = loaded.Plan,
                Keys = loaded.Keys,
                StateFile = loaded.StateFile,
                ConfigPath = file,
                Files = loaded.Files,
                Load = file is null ? null : () => Load(file, listen),
                OnReloadSignal = file is null ? null : ReloadSignal.Hear, // without a file a hangup ends it, as it does any program in a terminal
                FromVariables = fromVariables,
                Verbose = parsed.GetValue(Verbose),
                Out = console.Output,
                Error = console.Error,
            },
            signals.Stop);
    }

    /// <summary>What the command line says holds for every configuration that is loaded.</summary>
    private static ConfigResult Load(string file, string? listen) => ConfigFile.Load(file, EnginePresets.Known) switch
    {
        ConfigResult.Loaded loaded when ListenProblems(listen, loaded).ToList() is { Count: > 0 } problems => new ConfigResult.Refused(problems) { Files = loaded.Files },
        ConfigResult.Loaded loaded => Listening(listen, loaded),
        var refused => refused,
    };

    private static ConfigResult.Loaded Listening(string? listen, ConfigResult.Loaded loaded) =>
        listen is null ? loaded : loaded with { Config = loaded.Config with { Server = loaded.Config.Server with { Listen = listen } } };

    private static ConfigResult OfVariables(Dictionary<string, string> variables)
    {
        const string Name = "environment";
        try
        {
            return ConfigFile.LoadMade(SluiceImport.Read(variables).Config, Name, EnginePresets.Known);
        }
        catch (ImportRefusedException refused)
        {
            return new ConfigResult.Refused([new ConfigProblem(Name, 0, "", refused.Message)]);
        }
    }

    /// <summary>The address keeps the rules of the file; whether there are keys is known once the file is sound.</summary>
    private static IEnumerable<ConfigProblem> ListenProblems(string? listen, ConfigResult result) =>
        listen is not null && ListenAddress.Refuse(listen, result is not ConfigResult.Loaded loaded || loaded.Config.Server.MayFaceOthers) is { } refusal ? [new ConfigProblem("command line", 0, "--listen", refusal)] : [];

    private static ExitCode Refuse(IReadOnlyList<ConfigProblem> problems, TextWriter error)
    {
        foreach (var problem in problems)
        {
            error.WriteLine(problem);
        }

        error.WriteLine($"lockkeeper: {(problems.Count == 1 ? "1 problem" : $"{problems.Count} problems")}; nothing was started.");
        return ExitCode.Usage;
    }

    private static async Task<int> ServeAsync(ServeSettings settings, CancellationToken stop)
    {
        try
        {
            return await LockkeeperApp.RunAsync(settings, stop);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await settings.Error.WriteLineAsync($"lockkeeper: {settings.Config.Server.Listen} is in use by another program; stop it, or choose another address with --listen.");
            return (int)ExitCode.Failure;
        }
        catch (SocketException refused)
        {
            await settings.Error.WriteLineAsync($"lockkeeper: cannot listen on {settings.Config.Server.Listen}: {refused.Message}.");
            return (int)ExitCode.Failure;
        }
    }
}
