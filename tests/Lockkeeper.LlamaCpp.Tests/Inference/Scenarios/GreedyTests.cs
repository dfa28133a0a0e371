using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Lockkeeper.LlamaCpp.Interop;
using Lockkeeper.LlamaCpp.Tests.Models;

[assembly: DisableRuntimeMarshalling]

namespace Lockkeeper.LlamaCpp.Tests.Inference.Scenarios;

/// <summary>The engine, through HTTP, against the plainest use of llama.cpp there is, on models that nobody has ever seen.</summary>
public sealed partial class GreedyTests
{
    private const int Generated = 64;
    private const string Llama = "llama";

    static GreedyTests() => NativeLibrary.SetDllImportResolver(typeof(GreedyTests).Assembly, NativeLibraries.Resolve);

    public static TheoryData<int, string[]> Cases => new()
    {
        { 1, ["What is 2+2?"] },
        { 2, ["Hello", " there ", "and\nagain"] },
        { 3, [string.Join(' ', Enumerable.Range(0, 250))] },
        { 4, ["Ärger über 世界 🚣"] },
        { 5, [""] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_engine_says_token_for_token_what_a_plain_loop_over_llama_cpp_says(int seed, string[] turns)
    {
        using var file = RandomModel.Write(seed);
        var messages = turns.Select((content, i) => (Role: i % 2 == 0 ? "user" : "assistant", Content: content)).ToList();
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        var said = await engine.DeltasAsync(new
        {
            messages = messages.Select(message => new { role = message.Role, content = message.Content }),
            temperature = 0,
            max_tokens = Generated,
            stream = true,
        });

        var prompt = string.Concat(messages.Select(message => $"<|im_start|>{message.Role}\n{message.Content}<|im_end|>\n")) + "<|im_start|>assistant\n";
        var expected = PlainLoop(file.Path, Encoding.UTF8.GetBytes(prompt));
        said.ShouldBe(expected);
        expected.Distinct().Count().ShouldBeGreaterThan(3, "a model that repeats itself proves little");
    }

    /// <summary>Load, tokenise, decode, take the best, again. Nothing of the engine is used but the shapes of the structs.</summary>
    private static unsafe List<string> PlainLoop(string path, byte[] prompt)
    {
        NativeLibraries.Load();
        var file = Encoding.UTF8.GetBytes(path + "\0");
        nint model;
        fixed (byte* name = file)
        {
            model = LoadModel(name, LlamaApi.ModelDefaultParams());
        }

        var parameters = LlamaApi.ContextDefaultParams();
        parameters.ContextSize = 2048;
        parameters.Threads = parameters.ThreadsBatch = 1;
        var context = NewContext(model, parameters);
        var vocabulary = Vocabulary(model);
        var tokens = stackalloc int[2048];
        int count;
        fixed (byte* text = prompt)
        {
            count = Tokenize(vocabulary, text, prompt.Length, tokens, 2048, 1, 1);
        }

        List<string> pieces = [];
        var piece = stackalloc byte[64];
        while (pieces.Count < Generated)
        {
            Decode(context, new Batch { Count = count, Tokens = tokens }).ShouldBe(0);
            var scores = new ReadOnlySpan<float>(Logits(context, -1), VocabularySize(vocabulary));
            tokens[0] = scores.IndexOf(Max(scores));
            count = 1;
            pieces.Add(Encoding.UTF8.GetString(piece, TokenToPiece(vocabulary, tokens[0], piece, 64, 0, 0)));
        }

        FreeContext(context);
        FreeModel(model);
        return pieces;
    }

    private static float Max(ReadOnlySpan<float> values)
    {
        var best = float.NegativeInfinity;
        foreach (var value in values)
        {
            best = Math.Max(best, value);
        }

        return best;
    }

    [LibraryImport(Llama, EntryPoint = "llama_model_load_from_file")]
    private static unsafe partial nint LoadModel(byte* path, ModelParams parameters);

    [LibraryImport(Llama, EntryPoint = "llama_init_from_model")]
    private static partial nint NewContext(nint model, ContextParams parameters);

    [LibraryImport(Llama, EntryPoint = "llama_model_get_vocab")]
    private static partial nint Vocabulary(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_vocab_n_tokens")]
    private static partial int VocabularySize(nint vocabulary);

    [LibraryImport(Llama, EntryPoint = "llama_tokenize")]
    private static unsafe partial int Tokenize(nint vocabulary, byte* text, int length, int* tokens, int capacity, byte addSpecial, byte parseSpecial);

    [LibraryImport(Llama, EntryPoint = "llama_decode")]
    private static partial int Decode(nint context, Batch batch);

    [LibraryImport(Llama, EntryPoint = "llama_get_logits_ith")]
    private static unsafe partial float* Logits(nint context, int index);

    [LibraryImport(Llama, EntryPoint = "llama_token_to_piece")]
    private static unsafe partial int TokenToPiece(nint vocabulary, int token, byte* buffer, int length, int strip, byte special);

    [LibraryImport(Llama, EntryPoint = "llama_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_model_free")]
    private static partial void FreeModel(nint model);
}
