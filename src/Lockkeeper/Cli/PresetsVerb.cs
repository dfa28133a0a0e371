using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Engines.Presets;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper presets [NAME] [--json]</c>: the kinds of engine that need no command of one's own.</summary>
internal static class PresetsVerb
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Argument<string?> Name = new("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "Preset to show whole; without it, all are listed." };
    private static readonly Option<bool> Json = new("--json") { Description = "Write JSON: of one preset an object, else an array." };

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("presets", "List the kinds of engine that need no command of your own, or show one: its command line, readiness, traps and sources.") { Name, Json };
        NotHere.Refuse(command, notHere);
        command.SetAction(parsed => (int)Run(parsed));
        return command;
    }

    private static ExitCode Run(ParseResult parsed)
    {
        var console = parsed.InvocationConfiguration;
        IReadOnlyList<EnginePreset> presets = [.. EnginePresets.Known.Values.OrderBy(preset => preset.Name, StringComparer.Ordinal)];
        if (parsed.GetValue(Name) is not { } name)
        {
            console.Output.Write(parsed.GetValue(Json) ? ListJson(presets) : List(presets));
            return ExitCode.Success;
        }

        if (!EnginePresets.Known.TryGetValue(name, out var asked))
        {
            var near = Spelling.Nearest(name, EnginePresets.Known.Keys);
            console.Error.WriteLine($"lockkeeper: '{name}' is no preset; {(near is null ? $"there are {string.Join(", ", presets.Select(preset => preset.Name))}" : $"did you mean '{near}'?")}");
            return ExitCode.Usage;
        }

        console.Output.Write(parsed.GetValue(Json) ? JsonOf(json => RecordJson.Write(json, asked)) : PresetPage.Of(asked));
        return ExitCode.Success;
    }

    private static string List(IReadOnlyList<EnginePreset> presets)
    {
        var width = presets.Max(preset => preset.Name.Length);
        return string.Concat(presets.Select(preset => $"{preset.Name.PadRight(width)}  {preset.Description}\n"));
    }

    private static string ListJson(IReadOnlyList<EnginePreset> presets) => JsonOf(json =>
    {
        json.WriteStartArray();
        foreach (var preset in presets)
        {
            RecordJson.Write(json, preset);
        }

        json.WriteEndArray();
    });

    private static string JsonOf(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
