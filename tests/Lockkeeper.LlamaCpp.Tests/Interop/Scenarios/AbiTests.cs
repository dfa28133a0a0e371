using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lockkeeper.LlamaCpp.Interop;

namespace Lockkeeper.LlamaCpp.Tests.Interop.Scenarios;

/// <summary>
/// The structs that cross into llama.cpp, against numbers that a C compiler printed for the header of that release. A struct that is off by one field
/// does not fail: it loads with the wrong context, or crashes much later.
/// To make the numbers again after an update: take llama.h and ggml.h of the release (npm's node-llama-cpp of the same version carries them in
/// llama/gitRelease.bundle), print sizeof and offsetof of each field below with a C program of one line each, and the fields of the *_default_params().
/// They are those of every 64-bit platform: no field is a long, and no compiler pads these differently.
/// </summary>
public sealed class AbiTests
{
    [Fact]
    public void The_libraries_are_the_release_that_the_structs_were_written_for()
    {
        NativeLibraries.Load();
        unsafe
        {
            Marshal.PtrToStringUTF8((nint)LlamaApi.Version()).ShouldBe("0.4.0-dev");
            Marshal.PtrToStringUTF8((nint)LlamaApi.GgmlVersion()).ShouldBe("0.23.0");
        }
    }

    [Fact]
    public unsafe void Model_params_have_the_layout_of_llama_model_params()
    {
        ModelParams value;
        var p = &value;
        Check<ModelParams>(80,
            At(&p->Devices, p, 0), At(&p->TensorBufferOverrides, p, 8), At(&p->GpuLayers, p, 16), At(&p->SplitMode, p, 20),
            At(&p->LoadMode, p, 24), At(&p->LazyMode, p, 28), At(&p->MainGpu, p, 32), At(&p->TensorSplit, p, 40),
            At(&p->Progress, p, 48), At(&p->ProgressData, p, 56), At(&p->KeyValueOverrides, p, 64), At(&p->VocabularyOnly, p, 72),
            At(&p->CheckTensors, p, 73), At(&p->UseExtraBuffers, p, 74), At(&p->NoHost, p, 75), At(&p->NoAlloc, p, 76),
            At(&p->LoadMtp, p, 77));
    }

    [Fact]
    public unsafe void Context_params_have_the_layout_of_llama_context_params()
    {
        ContextParams value;
        var p = &value;
        Check<ContextParams>(160,
            At(&p->ContextSize, p, 0), At(&p->BatchSize, p, 4), At(&p->MicroBatchSize, p, 8), At(&p->MaxSequences, p, 12),
            At(&p->RecurrentSnapshots, p, 16), At(&p->MaxOutputs, p, 20), At(&p->MaxOutputsPerSequence, p, 24),
            At(&p->Threads, p, 28), At(&p->ThreadsBatch, p, 32), At(&p->ContextType, p, 36), At(&p->RopeScalingType, p, 40),
            At(&p->PoolingType, p, 44), At(&p->AttentionType, p, 48), At(&p->FlashAttention, p, 52),
            At(&p->RopeFrequencyBase, p, 56), At(&p->RopeFrequencyScale, p, 60), At(&p->YarnExtFactor, p, 64),
            At(&p->YarnAttnFactor, p, 68), At(&p->YarnBetaFast, p, 72), At(&p->YarnBetaSlow, p, 76),
            At(&p->YarnOriginalContext, p, 80), At(&p->DefragThreshold, p, 84), At(&p->EvalCallback, p, 88),
            At(&p->EvalCallbackData, p, 96), At(&p->KeyType, p, 104), At(&p->ValueType, p, 108), At(&p->Abort, p, 112),
            At(&p->AbortData, p, 120), At(&p->Embeddings, p, 128), At(&p->OffloadKqv, p, 129), At(&p->NoPerf, p, 130),
            At(&p->OpOffload, p, 131), At(&p->SwaFull, p, 132), At(&p->UnifiedKv, p, 133), At(&p->Samplers, p, 136),
            At(&p->SamplerCount, p, 144), At(&p->OtherContext, p, 152));
    }

    [Fact]
    public unsafe void A_batch_has_the_layout_of_llama_batch()
    {
        Batch value;
        var p = &value;
        Check<Batch>(56,
            At(&p->Count, p, 0), At(&p->Tokens, p, 8), At(&p->Embeddings, p, 16), At(&p->Positions, p, 24), At(&p->SequenceCounts, p, 32),
            At(&p->Sequences, p, 40), At(&p->Outputs, p, 48));
    }

    [Fact]
    public unsafe void Sampler_chain_params_are_one_byte()
    {
        SamplerChainParams value;
        var p = &value;
        Check<SamplerChainParams>(1, At(&p->NoPerf, p, 0));
    }

    [Fact]
    public unsafe void A_candidate_and_their_list_have_the_layout_of_llama_token_data()
    {
        Candidate one;
        var p = &one;
        Check<Candidate>(12, At(&p->Token, p, 0), At(&p->Logit, p, 4), At(&p->Probability, p, 8));
        Candidates all;
        var q = &all;
        Check<Candidates>(32, At(&q->Data, q, 0), At(&q->Count, q, 8), At(&q->Selected, q, 16), At(&q->IsSorted, q, 24));
    }

    [Fact]
    public unsafe void A_bias_has_the_layout_of_llama_logit_bias()
    {
        LogitBias value;
        var p = &value;
        Check<LogitBias>(8, At(&p->Token, p, 0), At(&p->Bias, p, 4));
    }

    [Fact]
    public unsafe void A_chat_message_has_the_layout_of_llama_chat_message()
    {
        ChatMessage value;
        var p = &value;
        Check<ChatMessage>(16, At(&p->Role, p, 0), At(&p->Content, p, 8));
    }

    [Fact]
    public unsafe void Threadpool_params_have_the_layout_of_ggml_threadpool_params()
    {
        ThreadpoolParams value;
        var p = &value;
        Check<ThreadpoolParams>(528, At(&p->Cpus, p, 0), At(&p->Threads, p, 512), At(&p->Priority, p, 516), At(&p->Poll, p, 520), At(&p->StrictCpu, p, 524), At(&p->Paused, p, 525));
    }

    [Fact]
    public unsafe void Model_defaults_arrive_in_their_fields()
    {
        NativeLibraries.Load();
        var defaults = LlamaApi.ModelDefaultParams();
        (defaults.Devices, defaults.TensorBufferOverrides, defaults.KeyValueOverrides).ShouldBe((0, 0, 0));
        (defaults.GpuLayers, defaults.SplitMode, defaults.LoadMode, defaults.LazyMode, defaults.MainGpu).ShouldBe((-1, 1, -1, 1, 0));
        ((nint)defaults.TensorSplit, (nint)defaults.Progress, (nint)defaults.ProgressData).ShouldBe((0, 0, 0));
        (defaults.VocabularyOnly, defaults.CheckTensors, defaults.UseExtraBuffers, defaults.NoHost, defaults.NoAlloc, defaults.LoadMtp)
            .ShouldBe(((byte)0, (byte)0, (byte)1, (byte)0, (byte)0, (byte)0));
    }

    [Fact]
    public unsafe void Context_defaults_arrive_in_their_fields()
    {
        NativeLibraries.Load();
        var defaults = LlamaApi.ContextDefaultParams();
        (defaults.ContextSize, defaults.BatchSize, defaults.MicroBatchSize, defaults.MaxSequences).ShouldBe((512u, 2048u, 512u, 1u));
        (defaults.RecurrentSnapshots, defaults.MaxOutputs, defaults.MaxOutputsPerSequence, defaults.Threads, defaults.ThreadsBatch).ShouldBe((0u, 0u, 1u, 4, 4));
        (defaults.ContextType, defaults.RopeScalingType, defaults.PoolingType, defaults.AttentionType, defaults.FlashAttention).ShouldBe((0, -1, -1, -1, -1));
        (defaults.RopeFrequencyBase, defaults.RopeFrequencyScale, defaults.YarnExtFactor, defaults.YarnAttnFactor).ShouldBe((0f, 0f, -1f, -1f));
        (defaults.YarnBetaFast, defaults.YarnBetaSlow, defaults.YarnOriginalContext, defaults.DefragThreshold).ShouldBe((-1f, -1f, 0u, -1f));
        (defaults.EvalCallback, defaults.EvalCallbackData, defaults.KeyType, defaults.ValueType, (nint)defaults.Abort, (nint)defaults.AbortData).ShouldBe((0, 0, 1, 1, 0, 0));
        (defaults.Embeddings, defaults.OffloadKqv, defaults.NoPerf, defaults.OpOffload, defaults.SwaFull, defaults.UnifiedKv)
            .ShouldBe(((byte)0, (byte)1, (byte)1, (byte)1, (byte)1, (byte)0));
        (defaults.Samplers, defaults.SamplerCount, defaults.OtherContext).ShouldBe((0, 0u, 0));
    }

    [Fact]
    public unsafe void The_small_defaults_arrive_in_their_fields()
    {
        NativeLibraries.Load();
        LlamaApi.SamplerChainDefaultParams().NoPerf.ShouldBe((byte)1);
        ThreadpoolParams threads;
        LlamaApi.ThreadpoolParamsInit(&threads, 3);
        (threads.Threads, threads.Priority, threads.Poll, threads.StrictCpu, threads.Paused).ShouldBe((3, 0, 50u, (byte)0, (byte)0));
    }

    private static unsafe (string Field, int Expected, int Actual) At(void* field, void* start, int expected, [CallerArgumentExpression(nameof(field))] string name = "") =>
        (name, expected, (int)((byte*)field - (byte*)start));

    private static void Check<T>(int size, params (string Field, int Expected, int Actual)[] fields)
        where T : unmanaged
    {
        Unsafe.SizeOf<T>().ShouldBe(size);
        fields.Select(field => (field.Field, field.Actual)).ShouldBe(fields.Select(field => (field.Field, field.Expected)));
        fields.Length.ShouldBe(typeof(T).GetFields().Length, "a field without a number is a field without a test");
    }
}
