namespace Lockkeeper.Core.Models;

/// <summary>What a model is for: which routes may ask it.</summary>
internal enum ModelType
{
    Chat,
    Embedding,
    Rerank,
    Transcription,
    Speech,
    Image,
    ImageEdit,
}
