using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Simulation;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper simulate TRACE | --generate NAME | --table</c>: the scheduler on a virtual clock, beside the rules of others.</summary>
internal static class SimulateVerb
{
    private const int MostSeeds = 10_000;
    private const double DefaultLoad = 0.6;

    private static readonly TimeSpan DefaultSwap = TimeSpan.FromSeconds(15);

    private static readonly Argument<string?> TraceFile = new("TRACE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Trace to simulate, as 'record' and '--write' write them; - reads stdin.",
    };

    private static readonly Option<string?> Generate = Chosen("--generate", "NAME", TraceGenerator.Names, "Make a trace of one hour instead");
    private static readonly Option<double?> Load = Parsed("--load", "SHARE", "With --generate: share of the hour that the work takes; default: 0.6.", LoadOf);
    private static readonly Option<TimeSpan?> Swap = Parsed("--swap", "TIME", "With --generate: time from one model to the next; default: 15s.", SwapOf);
    private static readonly Option<int?> Seed = Parsed("--seed", "N", "With --generate: which trace of its kind; default: 1.", result => WholeOf(result, 0, 1_000_000_000));
    private static readonly Option<int?> Seeds = Parsed("--seeds", "K", "With --generate or --table: so many traces, from --seed on, taken together; default: 1, for --table 20.", result => WholeOf(result, 1, MostSeeds));
    private static readonly Option<string?> Policy = Chosen("--policy", "NAME", [.. PolicyName.All.Select(PolicyName.Of), "all"], "Rule to simulate, default: lockkeeper");
    private static readonly Option<long?> Pool = Parsed("--pool", "SIZE", "Memory that models share as far as they fit, as in 24GiB. Without it one model is loaded at a time.", PoolOf);
    private static readonly Option<bool> Json = new("--json") { Description = "Write JSON instead of a table." };
    private static readonly Option<string?> WriteTo = new("--write") { HelpName = "FILE", Description = "With --generate: write the trace to FILE (- for stdout) instead of simulating it." };
    private static readonly Option<bool> Table = new("--table") { Description = "Write the table of docs/scheduling.md: all rules over all generators, loads and swap times, as Markdown." };

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("simulate", "Show how long requests would have waited, by a trace of them, under the scheduler and under the rules of other routers.")
        {
            TraceFile, Generate, Load, Swap, Seed, Seeds, Policy, Pool, Json, WriteTo, Table,
        };
        NotHere.Refuse(command, notHere);
        command.Validators.Add(CheckTogether);
        command.SetAction(parsed => (int)Run(parsed));
        return command;
    }

    private static void CheckTogether(CommandResult result)
    {
        bool Has(Symbol symbol) => symbol is Option option ? result.GetResult(option) is { Implicit: false } : result.GetResult((Argument)symbol) is { Tokens.Count: > 0 };
        var sources = new Symbol[] { TraceFile, Generate, Table }.Where(Has).ToList();
        if (sources.Count != 1)
        {
            result.AddError(sources.Count == 0 ? "Nothing to simulate; name a trace, or --generate one, or ask for the --table." : $"{string.Join(" and ", sources.Select(source => source.Name))} cannot be had together.");
            return;
        }

        Option[] needless = sources[0] == TraceFile ? [Load, Swap, Seed, Seeds, WriteTo] : sources[0] == Table ? [Load, Swap, Seed, Policy, Pool, Json, WriteTo] : [Pool];
        foreach (var option in needless.Where(Has))
        {
            result.AddError($"'{option.Name}' does not go with {sources[0].Name}.");
        }
    }

    private static ExitCode Run(ParseResult parsed)
    {
        var console = parsed.InvocationConfiguration;
        if (parsed.GetValue(Table))
        {
            SimulateTable.Write(parsed.GetValue(Seeds) ?? 20, console.Output);
            return ExitCode.Success;
        }

        var pool = parsed.GetValue(Pool);
        if (Traces(parsed, out var problem) is not { } traces || (problem = Simulator.Refuse(traces[0], pool)) is not null)
        {
            console.Error.WriteLine($"lockkeeper: {problem}");
            return ExitCode.Usage;
        }

        if (parsed.GetValue(WriteTo) is { } file)
        {
            return Save(traces, file, console);
        }

        var chosen = parsed.GetValue(Policy) ?? PolicyName.Of(PolicyKind.Lockkeeper);
        var policies = PolicyName.TryParse(chosen, out var policy) ? [policy] : PolicyName.All;
        var summaries = policies.Select(kind => SimulationSummary.Of([.. traces.Select(trace => Simulator.Run(trace, kind, pool))])).ToList();
        if (parsed.GetValue(Json))
        {
            SimulateJson.Write(traces, pool, summaries, console.Output);
        }
        else
        {
            SimulateText.Write(traces, pool, summaries, console.Output);
        }

        return ExitCode.Success;
    }

    private static List<Trace>? Traces(ParseResult parsed, out string? problem)
    {
        if (parsed.GetValue(Generate) is { } name)
        {
            problem = null;
            var (load, swap) = (parsed.GetValue(Load) ?? DefaultLoad, parsed.GetValue(Swap) ?? DefaultSwap);
            return [.. Enumerable.Range(parsed.GetValue(Seed) ?? 1, parsed.GetValue(Seeds) ?? 1).Select(seed => TraceGenerator.Generate(name, load, swap, seed))];
        }

        var file = parsed.GetValue(TraceFile)!;
        try
        {
            var read = TraceReader.TryRead(file == "-" ? StandardInput() : File.ReadLines(file), out var trace, out var wrong);
            problem = read ? null : $"{(file == "-" ? "stdin" : file)}: {wrong}";
            return trace is null ? null : [trace];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            problem = unreadable is FileNotFoundException or DirectoryNotFoundException ? $"{file}: does not exist" : $"{file}: {unreadable.Message}";
            return null;
        }
    }

    private static IEnumerable<string> StandardInput()
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        while (input.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static ExitCode Save(List<Trace> traces, string file, InvocationConfiguration console)
    {
        if (traces.Count > 1)
        {
            console.Error.WriteLine("lockkeeper: a file holds one trace; leave --seeds away.");
            return ExitCode.Usage;
        }

        try
        {
            using var output = file == "-" ? null : new StreamWriter(file);
            foreach (var line in TraceWriter.Lines(traces[0]))
            {
                (output ?? console.Output).Write(line + "\n");
            }

            return ExitCode.Success;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            console.Error.WriteLine($"lockkeeper: cannot write {file}: {unwritable.Message}");
            return ExitCode.Failure;
        }
    }

    private static Option<string?> Chosen(string name, string helpName, IReadOnlyList<string> choices, string description) => new(name)
    {
        HelpName = helpName,
        Description = $"{description}: {string.Join(", ", choices)}.",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (choices.Contains(text))
            {
                return text;
            }

            result.AddError($"'{text}' is no value for {name}; write {string.Join(", ", choices.SkipLast(1))} or {choices[^1]}.");
            return null;
        },
    };

    private static Option<T?> Parsed<T>(string name, string helpName, string description, Func<ArgumentResult, (T? Value, string? Wanted)> parse)
        where T : struct
    {
        return new Option<T?>(name) { HelpName = helpName, Description = description, CustomParser = Parse };

        T? Parse(ArgumentResult result)
        {
            var (value, wanted) = parse(result);
            if (wanted is not null)
            {
                result.AddError($"'{result.Tokens[0].Value}' is no value for {name}; write {wanted}.");
            }

            return value;
        }
    }

    private static (double? Value, string? Wanted) LoadOf(ArgumentResult result) =>
        double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var load) && load is >= 0.001 and <= 100
            ? (load, null)
            : (null, "a share of the hour such as 0.6, from 0.001 to 100");

    private static (TimeSpan? Value, string? Wanted) SwapOf(ArgumentResult result) =>
        HumanDuration.TryParse(result.Tokens[0].Value, out var swap, out _) && swap <= TimeSpan.FromDays(1) ? (swap, null) : (null, $"{HumanDuration.Example}, at most a day");

    private static (long? Value, string? Wanted) PoolOf(ArgumentResult result) =>
        ByteSize.TryParse(result.Tokens[0].Value, out var size, out _) && size.Bytes > 0 ? (size.Bytes, null) : (null, ByteSize.Example);

    private static (int? Value, string? Wanted) WholeOf(ArgumentResult result, int least, int most) =>
        int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? (number, null)
            : (null, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
}
