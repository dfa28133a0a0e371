using System.Runtime.InteropServices;
using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Inference;

/// <summary>
/// What the model's context holds. It belongs to the decoder's thread. A prompt that begins like the one before is not computed again as far as that goes,
/// in whole chunks: what is kept was then computed in the very batches in which it would be computed now, so that an answer never depends on what
/// was asked before it. (Sums of floating-point numbers depend on the batch they are computed in.)
/// </summary>
internal sealed class Sequence(LoadedModel model)
{
    private const int Aborted = 2;

    private readonly int _chunk = (int)LlamaApi.ContextBatchSize(model.Context);
    private readonly nint _memory = LlamaApi.ContextMemory(model.Context);

    /// <summary>The tokens of the whole chunks at the beginning of the context.</summary>
    private readonly List<int> _chunks = [];

    /// <summary>Brings a prompt into the context, in place of what was there.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="stop">Asked between the chunks.</param>
    /// <param name="kept">Tokens that were there already.</param>
    /// <returns>False when stopped before the end.</returns>
    public bool Read(int[] prompt, CancellationToken stop, out int kept)
    {
        kept = Keep(prompt);
        for (var at = kept; at < prompt.Length; at += _chunk)
        {
            var tokens = prompt.AsSpan(at, Math.Min(_chunk, prompt.Length - at));
            if (stop.IsCancellationRequested || !Advance(tokens))
            {
                return false;
            }

            if (tokens.Length == _chunk)
            {
                _chunks.AddRange(tokens);
            }
        }

        return true;
    }

    /// <returns>False when stopped in the middle.</returns>
    public bool Advance(ReadOnlySpan<int> tokens) => Decode(tokens) switch
    {
        0 => true,
        Aborted => false,
        var status => throw new InvalidOperationException($"llama_decode returned {status} for {tokens.Length} tokens."),
    };

    /// <returns>What llama_decode returned; 0 is good.</returns>
    public unsafe int Decode(ReadOnlySpan<int> tokens)
    {
        fixed (int* first = tokens)
        {
            return LlamaApi.Decode(model.Context, new Batch { Count = tokens.Length, Tokens = first });
        }
    }

    /// <summary>The vector of a text, of length 1. Nothing is kept of it, nor of what was there before.</summary>
    /// <returns>Null when stopped.</returns>
    public float[]? Embed(int[] tokens, CancellationToken stop)
    {
        Clear();
        LlamaApi.SetEmbeddings(model.Context, 1);
        try
        {
            var vector = new float[model.EmbeddingWidth];
            for (var at = 0; at < tokens.Length; at += LoadedModel.MostOutputs)
            {
                var part = tokens.AsSpan(at, Math.Min(LoadedModel.MostOutputs, tokens.Length - at));
                if (stop.IsCancellationRequested || !Advance(part))
                {
                    return null;
                }

                Pool(part.Length, at, tokens.Length, vector);
            }

            return Normalised(vector);
        }
        finally
        {
            LlamaApi.SetEmbeddings(model.Context, 0);
        }
    }

    private static float[] Normalised(float[] vector)
    {
        var length = Math.Sqrt(vector.Sum(value => (double)value * value));
        return length > 0 ? Array.ConvertAll(vector, value => (float)(value / length)) : vector;
    }

    /// <summary>Adds the vectors of a batch that matter; the length of the sum does not.</summary>
    private unsafe void Pool(int count, int at, int total, float[] sum)
    {
        for (var i = 0; i < count; i++)
        {
            var matters = model.Pooling switch { Pooling.First => at + i == 0, Pooling.Last => at + i == total - 1, _ => true };
            if (!matters)
            {
                continue;
            }

            var vector = new ReadOnlySpan<float>(LlamaApi.Embeddings(model.Context, i), sum.Length);
            for (var j = 0; j < sum.Length; j++)
            {
                sum[j] += vector[j];
            }
        }
    }

    /// <returns>How many tokens of the prompt are in the context; the last token is never among them, since its scores are wanted.</returns>
    private int Keep(int[] prompt)
    {
        var common = prompt.AsSpan(0, prompt.Length - 1).CommonPrefixLength(CollectionsMarshal.AsSpan(_chunks));
        var kept = common / _chunk * _chunk;

        // A memory that forgets (a sliding window, a recurrent state) no longer holds the beginning, and cannot be cut back to it.
        if (kept > 0 && LlamaApi.MemoryFirstPosition(_memory, 0) == 0 && LlamaApi.MemoryRemove(_memory, 0, kept, -1) != 0)
        {
            _chunks.RemoveRange(kept, _chunks.Count - kept);
            return kept;
        }

        Clear();
        return 0;
    }

    private void Clear()
    {
        LlamaApi.MemoryClear(_memory, data: 0);
        _chunks.Clear();
    }
}
