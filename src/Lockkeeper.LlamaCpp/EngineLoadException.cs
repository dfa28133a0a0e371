namespace Lockkeeper.LlamaCpp;

/// <summary>The engine cannot serve this model on this machine. The message is for the person who started it: cause, evidence and fix in one line.</summary>
internal sealed class EngineLoadException(string message) : Exception(message);
