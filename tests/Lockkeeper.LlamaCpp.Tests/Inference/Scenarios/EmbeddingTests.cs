using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Tests.Models;

namespace Lockkeeper.LlamaCpp.Tests.Inference.Scenarios;

/// <summary>The vectors of the engine, which pools by itself and in chunks, against those that llama.cpp pools of a whole text at once.</summary>
public sealed partial class EmbeddingTests
{
    private const string Llama = "llama";
    private const int Mean = 1, First = 2, Last = 3;

    /// <summary>An assembly has one resolver, and that class sets it.</summary>
    static EmbeddingTests() => RuntimeHelpers.RunClassConstructor(typeof(GreedyTests).TypeHandle);

    [Theory]
    [InlineData(null, Mean)]
    [InlineData(1u, Mean)]
    [InlineData(2u, First)]
    [InlineData(3u, Last)]
    public async Task A_text_has_the_vector_that_llama_cpp_gives_it(uint? declared, int pooling)
    {
        using var file = RandomModel.Write(seed: 61, pooling: declared);
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        var text = string.Join(' ', Enumerable.Range(0, 50));
        var answer = await engine.AskAsync(new { input = text }, "/v1/embeddings");
        var vector = answer.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(value => value.GetDouble()).ToList();
        answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBeGreaterThan(100, "several chunks");
        var expected = Whole(file.Path, Encoding.UTF8.GetBytes(text), pooling);
        vector.Count.ShouldBe(expected.Length);
        vector.Zip(expected, (mine, theirs) => mine * theirs).Sum().ShouldBe(1, 1e-4, "the cosine of the angle between the two");
    }

    private static unsafe double[] Whole(string path, byte[] text, int pooling)
    {
        NativeLibraries.Load();
        using var model = ModelHandle.Open(path, LlamaApi.ModelDefaultParams())!;
        var parameters = LlamaApi.ContextDefaultParams();
        parameters.ContextSize = parameters.BatchSize = parameters.MicroBatchSize = 1024;
        parameters.PoolingType = pooling;
        parameters.Embeddings = 1;
        parameters.Threads = parameters.ThreadsBatch = 1;
        using var context = ContextHandle.Open(model, parameters)!;
        using var vocabulary = VocabularyHandle.Of(model);
        var tokens = stackalloc int[1024];
        fixed (byte* bytes = text)
        {
            var count = LlamaApi.Tokenize(vocabulary, bytes, text.Length, tokens, 1024, addSpecial: 1, parseSpecial: 0);
            LlamaApi.Decode(context, new Batch { Count = count, Tokens = tokens }).ShouldBe(0);
        }

        var vector = new ReadOnlySpan<float>(OfSequence(context, 0), LlamaApi.ModelEmbeddingWidth(model)).ToArray();
        var length = Math.Sqrt(vector.Sum(value => (double)value * value));
        return [.. vector.Select(value => value / length)];
    }

    [LibraryImport(Llama, EntryPoint = "llama_get_embeddings_seq")]
    private static unsafe partial float* OfSequence(ContextHandle context, int sequence);
}
