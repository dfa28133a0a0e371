namespace Lockkeeper.Core.Models;

/// <summary>A kind of model, by how it lies on disk.</summary>
internal enum ModelFormat
{
    /// <summary>A GGUF file, or the first part of a split one.</summary>
    Gguf,

    /// <summary>A folder in MLX's layout.</summary>
    Mlx,

    /// <summary>A folder of safetensors, with a <c>config.json</c>.</summary>
    Safetensors,

    /// <summary>A name that the engine itself looks up, in its own store or on a hub.</summary>
    Hub,
}
