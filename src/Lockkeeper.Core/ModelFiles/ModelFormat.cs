namespace Lockkeeper.Core.ModelFiles;

/// <summary>How a model's weights are laid down, and with it which engines can load them.</summary>
internal enum ModelFormat
{
    /// <summary>A GGUF file, or the shards of one.</summary>
    Gguf,

    /// <summary>A folder of safetensors written by MLX.</summary>
    Mlx,

    /// <summary>Another folder of safetensors.</summary>
    Safetensors,
}
