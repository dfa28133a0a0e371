using System.Globalization;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Engines;

/// <summary>How an Ollama daemon is told to load and unload a model, and asked what it has: its control API, in the words of <c>lifecycle: api</c>.</summary>
internal static class OllamaCalls
{
    /// <summary>Ours comes first; Ollama's own is for the case that Lockkeeper is gone.</summary>
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    public static ListConfig List { get; } = new() { Path = "/api/ps", Models = "models", Name = "name" };

    /// <summary>Known also to models that cannot generate: the daemon looks at <c>keep_alive: 0</c> first.</summary>
    public static ControlCallConfig Unload { get; } = new() { Path = "/api/generate", Body = new JsonFields([new("model", "\"{instance}\""), new("keep_alive", "0")]) };

    /// <summary>Without a prompt it loads, and generates nothing. A model that only embeds refuses to generate, so that one is loaded by embedding nothing.</summary>
    public static ControlCallConfig Load(ModelSpec model) => new()
    {
        Path = model.Type == ModelType.Embedding ? "/api/embed" : "/api/generate",
        Body = new JsonFields([new("model", "\"{id}\""), new("keep_alive", KeepAlive(model)), new("options", "{\"num_ctx\":\"{context_length}\"}")]),
    };

    /// <summary>How long the daemon keeps the model by itself, as JSON: for ever, or a little longer than <c>idle_timeout</c>, in seconds.</summary>
    public static string KeepAlive(ModelSpec model) =>
        model.IdleTimeout is { } idle ? Math.Ceiling((idle + Later).TotalSeconds).ToString("0", CultureInfo.InvariantCulture) : "-1";
}
