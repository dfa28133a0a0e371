namespace Lockkeeper.Core.Models;

/// <summary>What a model, or an engine, can do beyond what its type says.</summary>
internal enum Capability
{
    Chat,
    Completion,
    Embedding,
    Rerank,
    Vision,
    Tools,
    Thinking,
    Infill,
    Tokenize,
    Transcription,
    Speech,
    Image,
    ImageEdit,
}
