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

        if (engine.Command.SelectMany(Placeholders.In).FirstOrDefault(placeholder => ValueOf(placeholder, model, port) is null) is { } missing)
        {
            problem = $"the command uses {missing}, but the model has no {missing.Trim('{', '}')}";
            return false;
        }

        string[] words = [.. engine.Command.Select(word => Placeholders.Fill(word, placeholder => ValueOf(placeholder, model, port)!))];
        if (words.Length == 0 || words[0].Length == 0)
        {
            problem = "the engine's command is empty";
            return false;
        }

        var path = engine.Environment.TryGetValue("PATH", out var own) ? own : Environment.GetEnvironmentVariable("PATH");
        if (!TryFind(words[0], folder, path ?? "", out var executable, out problem))
        {
            return false;
        }

        command = new EngineCommand(executable, [.. words.Skip(1)], folder);
        return true;
    }

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

    private static string? ValueOf(string placeholder, ModelSpec model, int port) =>
        placeholder == Placeholders.Port ? port.ToString(CultureInfo.InvariantCulture) : model.Values.GetValueOrDefault(placeholder.Trim('{', '}'));
}
