using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Api.Ollama;

/// <summary>What the configuration in force says of the models that an Ollama stores.</summary>
/// <param name="Engine">The first engine that is an Ollama; tells null where there is none.</param>
/// <param name="MayChange">Whether they may be made and deleted from here.</param>
internal sealed record OllamaStore(Func<EngineSpec?> Engine, Func<bool> MayChange);
