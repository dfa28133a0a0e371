using System.Text;

namespace Lockkeeper.Testing;

/// <summary>A configuration whose models are fake engines. What is not set is Lockkeeper's own default.</summary>
internal sealed class TestConfig
{
    /// <summary>Model id to the flags of the fake engine that serves it, as in <c>--exit-at-start 3</c>; an engine of its own each.</summary>
    public Dictionary<string, string> Models { get; } = [];

    /// <summary>Program to start instead of the fake engine, by model id.</summary>
    public Dictionary<string, string> Programs { get; } = [];

    /// <summary>Further keys of <c>server</c> and their values, as YAML on one line.</summary>
    public Dictionary<string, string> Server { get; } = [];

    public int MaxConcurrency { get; init; } = 1;

    public string? MaxBody { get; init; }

    public string? ShutdownGrace { get; init; }

    public string? KeepAliveInterval { get; init; }

    public string? RequestTimeout { get; init; }

    public int? MaxQueue { get; init; }

    public string? StartTimeout { get; init; }

    /// <summary>Shorter than the product's default: a test that meets it by mistake shall not hang for half a minute.</summary>
    public string StopTimeout { get; init; } = "10s";

    public string ToYaml()
    {
        var yaml = new StringBuilder();
        Section(yaml, "server", [("max_body", MaxBody), ("shutdown_grace", ShutdownGrace), .. Server.Select(entry => (entry.Key, (string?)entry.Value))]);
        Section(yaml, "scheduling", ("keep_alive_interval", KeepAliveInterval), ("request_timeout", RequestTimeout), ("max_queue", MaxQueue?.ToString()));
        yaml.AppendLine("engines:");
        foreach (var (id, flags) in Models)
        {
            string[] words = [Programs.GetValueOrDefault(id, FakeEngine.Executable), "--port", "{port}", "--id", "{id}", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            yaml.AppendLine($"  for-{id}:").AppendLine("    lifecycle: process");
            yaml.AppendLine($"    command: [{string.Join(", ", words.Select(word => $"\"{word}\""))}]");
            yaml.AppendLine($"    stop_timeout: {StopTimeout}");
            yaml.Append(StartTimeout is null ? "" : $"    start_timeout: {StartTimeout}\n");
        }

        yaml.AppendLine("models:");
        foreach (var id in Models.Keys)
        {
            yaml.AppendLine($"  {id}: {{ engine: for-{id}, max_concurrency: {MaxConcurrency} }}");
        }

        return yaml.ToString();
    }

    private static void Section(StringBuilder yaml, string name, params (string Key, string? Value)[] entries)
    {
        if (entries.Any(entry => entry.Value is not null))
        {
            yaml.AppendLine($"{name}:");
            foreach (var (key, value) in entries.Where(entry => entry.Value is not null))
            {
                yaml.AppendLine($"  {key}: {value}");
            }
        }
    }
}
