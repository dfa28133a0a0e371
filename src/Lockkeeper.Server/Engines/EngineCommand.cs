using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines;

/// <summary>What is run for a model: the executable found, the placeholders filled in. No shell ever sees it.</summary>
/// <param name="Executable">Absolute path.</param>
/// <param name="Arguments">Without the program itself.</param>
/// <param name="Folder">Absolute path of the folder it starts in.</param>
internal sealed record EngineCommand(string Executable, ImmutableArray<string> Arguments, string Folder)
{
    /// <summary>What this is the command of while the engine's own program is not installed; null for the engine's own.</summary>
    public EngineFallback? Fallback { get; private init; }

    /// <summary>Absolute path of a folder that it expects to be there; null for none.</summary>
    public string? Scratch { get; private init; }

    /// <summary>False, and why, when the model cannot be started like this at all.</summary>
    public static bool TryResolve(ModelSpec model, int port, [NotNullWhen(true)] out EngineCommand? command, [NotNullWhen(false)] out string? problem)
    {
        command = null;
        var engine = model.Engine;
        var folder = Path.GetFullPath(engine.WorkingDirectory ?? ".");
        if (!Directory.Exists(folder))
        {
            problem = $"the engine's working folder '{folder}' does not exist";
            return false;
        }

        if (TryResolve(model, engine.Command, port, folder, out command, out problem))
        {
            return true;
        }

        // Looked for at each start: a program that was installed meanwhile is found without a restart.
        if (engine.Fallback is not { } fallback || IsInstalled(engine, folder) || !TryResolve(model, fallback.Command, port, folder, out command, out _))
        {
            return false;
        }

        command = command with { Fallback = fallback };
        problem = null;
        return true;
    }

    private static bool TryResolve(
        ModelSpec model, ImmutableArray<string> template, int port, string folder, [NotNullWhen(true)] out EngineCommand? command, [NotNullWhen(false)] out string? problem)
    {
        command = null;
        if (IsFolderOfGguf(model) && GgufFolder.ModelIn(model.Path!) is null)
        {
            problem = $"its folder '{model.Path}' holds no GGUF model";
            return false;
        }

        if (template.SelectMany(Placeholders.In).FirstOrDefault(placeholder => ValueOf(placeholder, model, port) is null) is { } missing)
        {
            problem = $"the command uses {missing}, but the model has no {Placeholders.NameOf(missing)}";
            return false;
        }

        string[] words = [.. template.Select(word => Placeholders.Fill(word, placeholder => ValueOf(placeholder, model, port)!))];
        if (words.Length == 0 || words[0].Length == 0)
        {
            problem = "the engine's command is empty";
            return false;
        }

        if (!TryFind(words[0], folder, SearchPath(model.Engine), out var executable, out problem))
        {
            return false;
        }

        var scratch = template.Any(word => word.Contains(Placeholders.Scratch, StringComparison.Ordinal)) ? ValueOf(Placeholders.Scratch, model, port) : null;
        command = new EngineCommand(executable, [.. words.Skip(1)], folder) { Scratch = scratch };
        return true;
    }

    /// <summary>Whether its own program is there to be started.</summary>
    public static bool IsInstalled(EngineSpec engine) => IsInstalled(engine, Path.GetFullPath(engine.WorkingDirectory ?? "."));

    private static bool IsInstalled(EngineSpec engine, string folder) => engine.Command.Length > 0 && TryFind(engine.Command[0], folder, SearchPath(engine), out _, out _);

    private static string SearchPath(EngineSpec engine) => (engine.Environment.TryGetValue("PATH", out var own) ? own : Environment.GetEnvironmentVariable("PATH")) ?? "";

    private static bool IsFolderOfGguf(ModelSpec model) => GgufFolder.IsOnlyFor(model.Engine.Loads) && Directory.Exists(model.Path);

    /// <summary>Looks a program up as a shell would, with relative places taken from <paramref name="folder"/>.</summary>
    public static bool TryFind(string program, string folder, string path, [NotNullWhen(true)] out string? executable, [NotNullWhen(false)] out string? problem)
    {
        string[] candidates = program.Contains('/', StringComparison.Ordinal)
            ? [Path.GetFullPath(program, folder)]
            : [.. path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(place => Path.GetFullPath(Path.Combine(place, program), folder))];
        executable = Array.Find(candidates, IsExecutable);
        var blocked = Array.Find(candidates, File.Exists);
        problem = executable is not null ? null
            : blocked is not null ? $"'{blocked}' is not executable"
            : $"executable '{program}' not found (looked in {string.Join(", ", candidates.Select(Path.GetDirectoryName))})";
        return problem is null;
    }

    private static bool IsExecutable(string file) => File.Exists(file) && (OperatingSystem.IsWindows() || Posix.MayExecute(file));

    private static string? ValueOf(string placeholder, ModelSpec model, int port) => placeholder switch
    {
        Placeholders.Port => port.ToString(CultureInfo.InvariantCulture),
        Placeholders.Id => model.Id.Value,
        Placeholders.Path when IsFolderOfGguf(model) => GgufFolder.ModelIn(model.Path!),
        Placeholders.Path => model.Values.GetValueOrDefault(Placeholders.NameOf(placeholder)) ?? model.Path,
        _ => model.Values.GetValueOrDefault(Placeholders.NameOf(placeholder)),
    };
}
