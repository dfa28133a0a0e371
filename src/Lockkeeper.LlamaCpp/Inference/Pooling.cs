using System.Runtime.InteropServices;
using System.Text;
using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>How the vectors of a text's tokens become one; llama.cpp's numbers.</summary>
internal enum Pooling
{
    /// <summary>The model says nothing, as chat models do.</summary>
    None = 0,
    Mean = 1,
    First = 2,
    Last = 3,

    /// <summary>A score instead of a vector: the model is a reranker.</summary>
    Rank = 4,
}

/// <summary>What a model file says about pooling.</summary>
internal static class PoolingOf
{
    private const int LongestValue = 128;

    public static Pooling Model(ModelHandle model)
    {
        var architecture = Read(model, "general.architecture");
        return int.TryParse(Read(model, $"{architecture}.pooling_type"), out var type) && Enum.IsDefined((Pooling)type) ? (Pooling)type : Pooling.None;
    }

    private static unsafe string Read(ModelHandle model, string key)
    {
        var buffer = stackalloc byte[LongestValue];
        return LlamaApi.ModelMetadata(model, key, buffer, LongestValue) < 0
            ? ""
            : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
    }
}
