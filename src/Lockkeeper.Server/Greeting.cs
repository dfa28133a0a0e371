using Lockkeeper.Core.Config;

namespace Lockkeeper.Server;

/// <summary>What <c>serve</c> prints once it listens: the address on the first line, for scripts too, then what is served, and how to try it.</summary>
internal static class Greeting
{
    public static async Task WriteAsync(ServeSettings settings, string address)
    {
        try
        {
            await GreetAsync(settings, settings.Out, address);
        }
        catch (IOException)
        {
            // A full disk, or a reader that is gone: no reason not to serve.
        }
    }

    private static async Task GreetAsync(ServeSettings settings, TextWriter output, string address)
    {
        await output.WriteLineAsync($"Serving on {address}");
        await output.WriteLineAsync($"  configuration: {settings.ConfigPath ?? (settings.FromVariables ? "none; the SLUICE_ variables of the environment" : "none; the demo models are served")}");
        foreach (var model in settings.Catalog.Models)
        {
            var aliases = model.Aliases.IsEmpty ? "" : $", also as {string.Join(", ", model.Aliases)}";
            await output.WriteLineAsync($"  {model.Id} ({model.Engine.Name}{aliases})");
        }

        foreach (var root in settings.Plan?.Roots ?? [])
        {
            await output.WriteLineAsync($"  what is found in {root.Path} ({Kinds(root.Engines)})");
        }

        if (settings.ConfigPath is null && !settings.FromVariables)
        {
            await output.WriteLineAsync("Try:");
            await output.WriteLineAsync(Curl(address, "demo-guide", "What is 2+2?"));
            await output.WriteLineAsync(Curl(address, "demo-poet", "Write a haiku about rain."));
        }

        await output.FlushAsync();
    }

    /// <summary>Which engine serves which kind of file.</summary>
    private static string Kinds(DiscoverEnginesConfig engines) => string.Join(
        ", ",
        new (string Name, string? Engine)[] { ("gguf", engines.Gguf), ("mlx", engines.Mlx), ("safetensors", engines.Safetensors) }
            .Where(kind => kind.Engine is not null).Select(kind => $"{kind.Name}: {kind.Engine}"));

    private static string Curl(string address, string model, string question) =>
        $$"""  curl {{address}}/v1/chat/completions -d '{"model":"{{model}}","temperature":0,"messages":[{"role":"user","content":"{{question}}"}]}'""";
}
