using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines;

/// <summary>What is run for a model: the executable found, the placeholders filled in. No shell ever sees it.</summary>
/// <param name="Executable">Absolute path.</param>
/// <param name="Arguments">Without the program itself.</param>
/// <param name="Folder">Absolute path of the folder it starts in.</param>
internal sealed record CommandLine(string Executable, ImmutableArray<string> Arguments, string Folder)
{
    /// <summary>False, and why, when the model cannot be started like this at all.</summary>
    public static bool TryResolve(ModelSpec model, int port, [NotNullWhen(true)] out CommandLine? command, [NotNullWhen(false)] out string? problem)
    {
        command = null;
        var engine = model.Engine;
        var folder = Path.GetFullPath(engine.WorkingDirectory ?? ".");
        if (!Directory.Exists(folder))
        {
            problem = $"the engine's working folder '{folder}' does not exist";
            return false;
        }

        var words = ImmutableArray.CreateBuilder<string>(engine.Command.Length);
        foreach (var template in engine.Command)
        {
            if (!TryFill(template, model, port, out var word, out problem))
            {
                return false;
            }

            words.Add(word);
        }

        if (words.Count == 0 || words[0].Length == 0)
        {
            problem = "the engine's command is empty";
            return false;
        }

        var path = engine.Environment.TryGetValue("PATH", out var own) ? own : Environment.GetEnvironmentVariable("PATH");
        if (!TryFind(words[0], folder, path ?? "", out var executable, out problem))
        {
            return false;
        }

        command = new CommandLine(executable, [.. words.Skip(1)], folder);
        return true;
    }

    private static bool TryFind(string program, string folder, string path, [NotNullWhen(true)] out string? executable, [NotNullWhen(false)] out string? problem)
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

    private static bool TryFill(string template, ModelSpec model, int port, [NotNullWhen(true)] out string? word, [NotNullWhen(false)] out string? problem)
    {
        (word, problem) = (null, null);
        var filled = new StringBuilder(template.Length);
        for (var i = 0; i < template.Length; i++)
        {
            var letter = template[i];
            if (letter is '{' or '}' && i + 1 < template.Length && template[i + 1] == letter)
            {
                filled.Append(letter);
                i++;
            }
            else if (letter == '{')
            {
                var end = template.IndexOf('}', i);
                var name = end < 0 ? template[(i + 1)..] : template[(i + 1)..end];
                if (end < 0 || !TryValue(name, model, port, out var value, out problem))
                {
                    problem ??= $"the argument '{template}' has a brace that is not closed; write {{{{ for a brace itself";
                    return false;
                }

                filled.Append(value);
                i = end;
            }
            else
            {
                filled.Append(letter);
            }
        }

        word = filled.ToString();
        return true;
    }

    private static bool TryValue(string name, ModelSpec model, int port, [NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? problem)
    {
        (value, problem) = name switch
        {
            "port" => (port.ToString(CultureInfo.InvariantCulture), null),
            "id" => (model.Id.Value, null),
            "path" => (model.Path, "the command uses {path}, but the model has no path"),
            "context_length" => (model.ContextLength?.ToString(CultureInfo.InvariantCulture), "the command uses {context_length}, but the model has no context_length"),
            _ => (null, $"the command uses {{{name}}}, which is unknown: there are {{path}} {{port}} {{id}} {{context_length}}; write {{{{ for a brace itself"),
        };
        return value is not null;
    }
}
