using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Cli;

/// <summary>The verbs: each is a file here, and <c>serve</c> is what happens without one. Data goes to stdout, talk to stderr.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = Root().Parse(args, Parsing);
        if (parsed.Errors.Count > 0)
        {
            return (int)Refuse(parsed, error);
        }

        // Signals and exceptions are ours: the library would end the process two seconds after SIGINT, in the middle of a drain.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static RootCommand Root()
    {
        var serve = new ServeVerb();
        IReadOnlyList<Option> ofServe = [serve.Config, serve.Listen, serve.Verbose];
        var root = new RootCommand("One address for every model on your machine. Without a verb: serve.")
        {
            serve.Config,
            serve.Listen,
            serve.Verbose,
            serve.Command,
            CheckVerb.Create(notHere: ofServe),
            SchemaVerb.Create(notHere: ofServe),
            EngineVerb.Create(notHere: ofServe),
            SimulateVerb.Create(notHere: ofServe),
            RecordVerb.Create(notHere: ofServe),
            PresetsVerb.Create(notHere: ofServe),
            ImportVerb.Create(notHere: ofServe),
            InitVerb.Create(notHere: [serve.Listen, serve.Verbose]),
            DoctorVerb.Create(notHere: [serve.Listen, serve.Verbose]),
        };
        root.Action = serve.Command.Action;
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        return root;
    }

    private static ExitCode Refuse(ParseResult parsed, TextWriter error)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens;
        for (var i = 0; i < unknown.Count; i++)
        {
            // What follows an unknown option is most likely its value.
            var token = unknown[i];
            if (i > 0 && unknown[i - 1].StartsWith('-') && !token.StartsWith('-'))
            {
                continue;
            }

            var known = command.Options.Select(option => option.Name).Concat(command.Subcommands.Select(verb => verb.Name));
            var near = Spelling.Nearest(token, known);
            error.WriteLine($"lockkeeper: '{token}' is not known here{(near is null ? "" : $"; did you mean '{near}'?")}");
        }

        foreach (var problem in parsed.Errors.Where(problem => !unknown.Any(token => problem.Message.Contains($"'{token}'", StringComparison.Ordinal))))
        {
            error.WriteLine($"lockkeeper: {problem.Message}");
        }

        error.WriteLine($"Try '{(command is RootCommand ? "lockkeeper" : $"lockkeeper {command.Name}")} --help'.");
        return ExitCode.Usage;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var version = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            parseResult.InvocationConfiguration.Output.WriteLine($"lockkeeper {version}");
            return (int)ExitCode.Success;
        }
    }
}
