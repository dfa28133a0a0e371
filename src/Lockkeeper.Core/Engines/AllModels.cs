using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Engines;

/// <summary>How an engine that runs already is asked for all the models it has, loaded or not.</summary>
internal static class AllModels
{
    private static readonly ListConfig OfOllama = new() { Path = "/api/tags", Models = "models", Name = "name" };

    /// <summary>What engines of OpenAI's shape answer.</summary>
    private static readonly ListConfig OfOpenAi = new() { Path = "/v1/models" };

    /// <summary>The question; null when the engine is not asked. A list that says of each entry whether it is loaded is one of all models; another may hold just those that are.</summary>
    /// <param name="engine">Its section, the preset included.</param>
    public static ListConfig? QuestionTo(EngineConfig engine) => engine.Lifecycle switch
    {
        Lifecycle.Ollama => engine.ListModels ?? true ? OfOllama : null,
        Lifecycle.Api when engine.List is { Path: not null, Loaded: not null } list => engine.ListModels ?? true ? list with { Loaded = null, Instance = null } : null,
        Lifecycle.Api or Lifecycle.Attached => engine.ListModels ?? false ? OfOpenAi : null,
        _ => null,
    };
}
