using System.CommandLine;
using System.Globalization;
using Lockkeeper.LlamaCpp;

namespace Lockkeeper.Cli;

/// <summary><c>lockkeeper engine</c>: one model in this process. Started once per instance, so nothing of the server is loaded here.</summary>
internal static class EngineVerb
{
    private static readonly Option<string> Model = new("--model") { HelpName = "FILE", Description = "GGUF file to run.", Required = true };
    private static readonly Option<int?> Port = Whole("--port", 0, 65535, "Port to listen on, on 127.0.0.1; 0 takes a free one and prints it.", required: true);
    private static readonly Option<string?> Alias = new("--alias") { HelpName = "ID", Description = "Name to serve the model under; default: the name of its file." };
    private static readonly Option<int?> ContextSize = Whole("--ctx-size", 1, 100_000_000, "Tokens of context; default: the model's own.");
    private static readonly Option<int?> Threads = Whole("--threads", 1, 4096, "Threads to compute with; default: one per core.");
    private static readonly Option<int?> GpuLayers = Whole("--gpu-layers", 0, 100_000, "Layers to put on the GPU, where there is one; default: all.");
    private static readonly Option<string?> Template = Named("--chat-template", "Chat template to use instead of the model's own.");

    private static readonly Option<string?> TemplateFile = new("--chat-template-file")
    {
        HelpName = "FILE",
        Hidden = true,
        CustomParser = result =>
        {
            result.AddError("--chat-template-file is llama-server's: a template is a Jinja program, and the built-in engine runs none. "
                + $"Take one of its own with --chat-template ({EngineOptions.ChatTemplates}), or the engine llama.cpp for this model.");
            return null;
        },
    };

    /// <param name="notHere">Options of the default verb, which parse before this one but mean nothing to it.</param>
    public static Command Create(IReadOnlyList<Option> notHere)
    {
        var command = new Command("engine", "Run one model with the built-in llama.cpp engine. 'serve' starts these by itself.")
        {
            Model, Port, Alias, ContextSize, Threads, GpuLayers, Template, TemplateFile,
        };
        NotHere.Refuse(command, notHere);
        command.SetAction(parsed => RunAsync(new EngineOptions
        {
            ModelPath = parsed.GetRequiredValue(Model),
            Port = parsed.GetRequiredValue(Port)!.Value,
            Alias = parsed.GetValue(Alias),
            ContextSize = parsed.GetValue(ContextSize),
            Threads = parsed.GetValue(Threads),
            GpuLayers = parsed.GetValue(GpuLayers) ?? EngineOptions.AllLayers,
            ChatTemplate = parsed.GetValue(Template),
        }));
        return command;
    }

    private static async Task<int> RunAsync(EngineOptions options)
    {
        using var signals = new StopSignals();
        return await EngineServer.RunAsync(options, signals.Stop);
    }

    private static Option<string?> Named(string name, string description) => new(name)
    {
        HelpName = "NAME",
        Description = $"{description} One of: {EngineOptions.ChatTemplates}.",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (EngineOptions.ChatTemplates.Split(", ").Contains(text))
            {
                return text;
            }

            result.AddError($"'{text}' is no value for {name}; write one of: {EngineOptions.ChatTemplates}.");
            return null;
        },
    };

    private static Option<int?> Whole(string name, int least, int most, string description, bool required = false) => new(name)
    {
        HelpName = "N",
        Description = description,
        Required = required,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            result.AddError($"'{text}' is no value for {name}; write a whole number from {least} to {most}.");
            return null;
        },
    };
}
