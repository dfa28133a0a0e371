using System.Globalization;

namespace Lockkeeper.LlamaCpp.Tests.Models;

/// <summary>
/// A llama model with seeded random weights: nobody trained it, and it never says the same as another. Its vocabulary is llama's (SPM): every byte,
/// and words that each are one token and are all different, so that the text of an answer tells its tokens.
/// </summary>
internal sealed record RandomModel : IDisposable
{
    public const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private const int Heads = 4;
    private const int FirstByte = 5;
    private const int Bytes = 256;
    private const int Words = 200;

    private RandomModel(string path) => Path = path;

    public string Path { get; }

    /// <param name="seed">Of the weights.</param>
    /// <param name="context">Tokens it claims to be trained with.</param>
    /// <param name="layers">Layers.</param>
    /// <param name="width">Of the embedding; a multiple of 32.</param>
    /// <param name="template">The chat template; null for none.</param>
    /// <param name="saysBytes">It answers in single bytes, and so in broken UTF-8, instead of words.</param>
    /// <param name="fillsIn">It has tokens for filling in the middle.</param>
    /// <param name="pooling">llama.cpp's number for how it makes one vector of many; null to say nothing.</param>
    public static RandomModel Write(int seed, int context = 2048, int layers = 2, int width = 64, string? template = ChatMl, bool saysBytes = false, uint? pooling = null, bool fillsIn = false)
    {
        var random = new Random(seed);
        var (tokens, types) = Vocabulary();
        var wide = width * 2;
        var writer = new GgufWriter()
            .Value("general.architecture", "llama").Value("general.name", "random")
            .Value("llama.context_length", (uint)context).Value("llama.embedding_length", (uint)width).Value("llama.block_count", (uint)layers)
            .Value("llama.feed_forward_length", (uint)wide).Value("llama.attention.head_count", Heads).Value("llama.attention.head_count_kv", Heads)
            .Value("llama.attention.layer_norm_rms_epsilon", 1e-5f).Value("llama.rope.dimension_count", (uint)(width / Heads))
            .Value("tokenizer.ggml.model", "llama").Values("tokenizer.ggml.tokens", tokens).Values("tokenizer.ggml.scores", new float[tokens.Count])
            .Values("tokenizer.ggml.token_type", types).Value("tokenizer.ggml.unknown_token_id", 0).Value("tokenizer.ggml.bos_token_id", 1)
            .Value("tokenizer.ggml.eos_token_id", 2).Value("tokenizer.ggml.add_bos_token", true).Value("tokenizer.ggml.add_space_prefix", false);
        if (template is not null)
        {
            writer.Value("tokenizer.chat_template", template);
        }

        if (pooling is { } type)
        {
            writer.Value("llama.pooling_type", type);
        }

        if (fillsIn)
        {
            const uint FirstWord = FirstByte + Bytes;
            writer.Value("tokenizer.ggml.fim_pre_token_id", FirstWord).Value("tokenizer.ggml.fim_suf_token_id", FirstWord + 1).Value("tokenizer.ggml.fim_mid_token_id", FirstWord + 2);
        }

        ulong rows = (ulong)tokens.Count, columns = (ulong)width, inner = (ulong)wide;
        writer.Tensor("token_embd.weight", Weights(random, tokens.Count * width), columns, rows);
        for (var layer = 0; layer < layers; layer++)
        {
            foreach (var name in (ReadOnlySpan<string>)["attn_q", "attn_k", "attn_v", "attn_output"])
            {
                writer.Tensor($"blk.{layer}.{name}.weight", Weights(random, width * width), columns, columns);
            }

            writer.Tensor($"blk.{layer}.attn_norm.weight", Ones(width), columns).Tensor($"blk.{layer}.ffn_norm.weight", Ones(width), columns)
                .Tensor($"blk.{layer}.ffn_gate.weight", Weights(random, width * wide), columns, inner)
                .Tensor($"blk.{layer}.ffn_up.weight", Weights(random, width * wide), columns, inner)
                .Tensor($"blk.{layer}.ffn_down.weight", Weights(random, width * wide), inner, columns);
        }

        // A row of zeros scores 0, and the best of hundreds of random rows always scores more: what has zeros is never said.
        var output = Weights(random, tokens.Count * width);
        Array.Clear(output, 0, (saysBytes ? FirstByte : FirstByte + Bytes) * width);
        Array.Clear(output, (FirstByte + Bytes) * width, saysBytes ? Words * width : 0);
        writer.Tensor("output_norm.weight", Ones(width), columns).Tensor("output.weight", output, columns, rows);
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"lockkeeper-random-{Guid.NewGuid():N}.gguf");
        writer.Save(path);
        return new RandomModel(path);
    }

    public void Dispose() => File.Delete(Path);

    private static (List<string> Tokens, List<int> Types) Vocabulary()
    {
        const int Normal = 1, Unknown = 2, Control = 3, Byte = 6;
        List<string> tokens = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"];
        List<int> types = [Unknown, Control, Control, Control, Control];
        tokens.AddRange(Enumerable.Range(0, Bytes).Select(value => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>")));
        types.AddRange(Enumerable.Repeat(Byte, Bytes));
        tokens.AddRange(Enumerable.Range(0, Words).Select(word => string.Create(CultureInfo.InvariantCulture, $"▁w{word:000}")));
        types.AddRange(Enumerable.Repeat(Normal, Words));
        return (tokens, types);
    }

    private static float[] Weights(Random random, int count)
    {
        var weights = new float[count];
        for (var i = 0; i < count; i++)
        {
            weights[i] = (random.NextSingle() - 0.5f) * 0.5f;
        }

        return weights;
    }

    private static float[] Ones(int count)
    {
        var weights = new float[count];
        Array.Fill(weights, 1f);
        return weights;
    }
}
