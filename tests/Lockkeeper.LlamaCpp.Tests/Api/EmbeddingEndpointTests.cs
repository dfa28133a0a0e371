using System.Buffers.Binary;
using System.Text.Json;
using Lockkeeper.LlamaCpp.Tests.Models;

namespace Lockkeeper.LlamaCpp.Tests.Api;

public sealed class EmbeddingEndpointTests(DemoEngine demo)
{
    private const string Path = "/v1/embeddings";

    private readonly RunningEngine _engine = demo.Engine;

    [Fact]
    public async Task Every_text_has_a_vector_of_length_one_in_order()
    {
        string[] input = ["What is 2+2?", "Say hello", "What is 2+2?"];
        var answer = await _engine.AskAsync(new { model = "demo-guide", input }, Path);
        (answer.GetProperty("object").GetString(), answer.GetProperty("model").GetString()).ShouldBe(("list", "demo-guide"));
        var data = answer.GetProperty("data").EnumerateArray().ToList();
        data.Select(item => (item.GetProperty("object").GetString(), item.GetProperty("index").GetInt32())).ShouldBe([("embedding", 0), ("embedding", 1), ("embedding", 2)]);
        var vectors = data.Select(Vector).ToList();
        vectors.ShouldAllBe(vector => vector.Length == 128 && Math.Abs(vector.Sum(value => (double)value * value) - 1) < 1e-4);
        vectors[0].ShouldBe(vectors[2]);
        vectors[0].ShouldNotBe(vectors[1]);
        var usage = answer.GetProperty("usage");
        usage.GetProperty("total_tokens").GetInt32().ShouldBe(usage.GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Base64_is_the_same_numbers_as_little_endian_floats()
    {
        var numbers = Vector((await _engine.AskAsync(new { input = "Say hello" }, Path)).GetProperty("data")[0]);
        var answer = await _engine.AskAsync(new { input = "Say hello", encoding_format = "base64" }, Path);
        var bytes = Convert.FromBase64String(answer.GetProperty("data")[0].GetProperty("embedding").GetString()!);
        Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i))).ShouldBe(numbers);
    }

    [Fact]
    public async Task Tokens_are_as_good_as_their_text()
    {
        var tokens = (await _engine.AskAsync(new { content = "Say hello" }, "/tokenize")).GetProperty("tokens");
        var text = Vector((await _engine.AskAsync(new { input = "Say hello" }, Path)).GetProperty("data")[0]);
        Vector((await _engine.AskAsync(new { input = tokens }, Path)).GetProperty("data")[0]).ShouldBe(text);
        Vector((await _engine.AskAsync(new { input = new[] { tokens } }, Path)).GetProperty("data")[0]).ShouldBe(text);
    }

    [Theory]
    [InlineData("""{}""", "input", "is required")]
    [InlineData("""{"input":7}""", "input", "must be a string, an array of strings")]
    [InlineData("""{"input":[]}""", "input", "must not be empty")]
    [InlineData("""{"input":""}""", "input", "empty prompt")]
    [InlineData("""{"input":["a",""]}""", "input[1]", "empty prompt")]
    [InlineData("""{"input":["a",7]}""", "input[1]", "must be a string")]
    [InlineData("""{"input":["\ud800"]}""", "input[0]", "not valid Unicode")]
    [InlineData("""{"input":[1,"a"]}""", "input[1]", "must be a token id")]
    [InlineData("""{"input":[1,-1]}""", "input[1]", "must be a token id")]
    [InlineData("""{"input":[[1,2.5]]}""", "input[0][1]", "must be a token id")]
    [InlineData("""{"input":[1,1024]}""", "input[1]", "this model has 1024 tokens")]
    [InlineData("""{"input":"a","encoding_format":"int8"}""", "encoding_format", "float or base64")]
    [InlineData("""{"input":"a","encoding_format":1}""", "encoding_format", "must be a string")]
    [InlineData("""{"input":"a","dimensions":64}""", "dimensions", "have 128 and are not shortened")]
    [InlineData("""{"input":"a","dimensions":"64"}""", "dimensions", "must be a whole number")]
    public async Task What_cannot_be_meant_is_refused_by_name(string body, string param, string words)
    {
        var error = await _engine.BodyRefusedAsync(body, Path);
        error.GetProperty("param").GetString().ShouldBe(param);
        error.GetProperty("message").GetString()!.ShouldContain(words);
    }

    [Fact]
    public async Task A_text_longer_than_the_context_is_refused_with_both_numbers_and_one_as_long_is_not()
    {
        var error = await _engine.RefusedAsync(new { input = new[] { "a", string.Concat(Enumerable.Repeat("word ", 3000)) } }, Path);
        error.GetProperty("code").GetString().ShouldBe("context_length_exceeded");
        error.GetProperty("param").GetString().ShouldBe("input[1]");
        error.GetProperty("message").GetString()!.ShouldMatch(@"context is 2048 tokens.*'input\[1\]' is \d{4,} tokens");
        Vector((await _engine.AskAsync(new { input = Enumerable.Repeat(5, 2048) }, Path)).GetProperty("data")[0]).Length.ShouldBe(128);
    }

    [Fact]
    public async Task An_answer_that_is_being_streamed_is_finished_first()
    {
        var story = _engine.DeltasAsync(DemoEngine.Ask("Tell me a story.", ("stream", true)));
        var vector = _engine.AskAsync(new { input = "Say hello" }, Path);
        var alone = await _engine.DeltasAsync(DemoEngine.Ask("Tell me a story.", ("stream", true)));
        (await story).ShouldBe(alone);
        (await vector).GetProperty("data").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_model_that_ranks_makes_no_vectors()
    {
        using var file = RandomModel.Write(seed: 62, pooling: 4);
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        (await engine.RefusedAsync(new { input = "a" }, Path)).GetProperty("message").GetString()!.ShouldContain("ranks documents");
    }

    private static float[] Vector(JsonElement item) => [.. item.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle())];
}
