using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Tests.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lockkeeper.LlamaCpp.Tests.Inference;

/// <summary>What is kept from one prompt to the next, and that nobody can tell from the answer.</summary>
public sealed class SequenceTests : IAsyncLifetime
{
    private const int Chunk = 512;
    private const int Context = 4096;

    private readonly RandomModel _file = RandomModel.Write(seed: 51, context: Context);
    private Decoder _decoder = null!;

    public async ValueTask InitializeAsync()
    {
        _decoder = new Decoder(new EngineOptions { ModelPath = _file.Path, Port = 0 }, TimeProvider.System, NullLogger.Instance);
        _decoder.Start();
        await _decoder.Loaded;
    }

    public async ValueTask DisposeAsync()
    {
        await _decoder.DisposeAsync();
        _file.Dispose();
    }

    [Theory]
    [InlineData(1800, 1800, 1536)]
    [InlineData(1800, 1300, 1024)]
    [InlineData(1800, 511, 0)]
    [InlineData(1024, 1024, 512)]
    [InlineData(1025, 1025, 1024)]
    [InlineData(100, 100, 0)]
    public async Task Whole_chunks_that_both_prompts_begin_with_are_kept_but_never_the_last_token(int length, int common, int kept)
    {
        await AskAsync(Prompt(0, length));
        var (_, cached) = await AskAsync([.. Prompt(0, common), .. Prompt(1, length - common)]);
        cached.ShouldBe(kept);
    }

    [Fact]
    public async Task An_answer_after_a_prompt_that_began_like_this_one_is_the_answer_without_it()
    {
        var random = new Random(9);
        List<(int[] Prompt, List<string> Text)> warm = [];
        var kept = 0;
        var prompt = Prompt(0, 700);
        for (var round = 0; round < 12; round++)
        {
            var (text, cached) = await AskAsync(prompt);
            warm.Add((prompt, text));
            kept += cached;
            var common = random.Next(400, prompt.Length);
            prompt = [.. prompt.AsSpan(0, common), .. Prompt(round + 1, random.Next(1, 1200))];
            prompt = prompt[..Math.Min(prompt.Length, Context - 100)];
        }

        kept.ShouldBeGreaterThan(4 * Chunk, "else nothing was kept that could have changed anything");
        foreach (var (asked, text) in warm)
        {
            await AskAsync(Prompt(99, 10));
            var (cold, cached) = await AskAsync(asked);
            cached.ShouldBe(0);
            cold.ShouldBe(text);
        }
    }

    [Fact]
    public async Task What_an_abandoned_request_left_behind_is_as_good_as_any()
    {
        var prompt = Prompt(3, 3500);
        var (cold, _) = await AskAsync(prompt);
        await AskAsync(Prompt(4, 10));
        for (var milliseconds = 1; milliseconds < 200; milliseconds *= 2)
        {
            using var client = new CancellationTokenSource(milliseconds);
            _decoder.Post(Request(prompt), client.Token);
            (await AskAsync(prompt)).Text.ShouldBe(cold);
            await AskAsync(Prompt(4, 10));
        }
    }

    [Fact]
    public async Task A_text_that_is_embedded_in_between_changes_nothing()
    {
        var prompt = Prompt(5, 1300);
        var (cold, _) = await AskAsync(prompt);
        var vectors = (await _decoder.Post([Prompt(5, 1300)], CancellationToken.None).Result).Vectors;
        vectors.Single().Sum(value => value * value).ShouldBe(1, 1e-4);
        (await AskAsync(prompt)).ShouldSatisfyAllConditions(
            answer => answer.Text.ShouldBe(cold),
            answer => answer.Cached.ShouldBe(0, "the vector took its place"));
    }

    private static int[] Prompt(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(5, 261))];
    }

    private static GenerationRequest Request(int[] prompt) => new() { Prompt = prompt, Sampling = new Sampling { Temperature = 0 }, MaxTokens = 24 };

    private async Task<(List<string> Text, int Cached)> AskAsync(int[] prompt)
    {
        List<string> text = [];
        await foreach (var happened in _decoder.Post(Request(prompt), CancellationToken.None).Events)
        {
            switch (happened)
            {
                case GenerationEvent.Text(var utf8):
                    text.Add(System.Text.Encoding.UTF8.GetString(utf8.Span));
                    break;
                case GenerationEvent.Finished(_, var figures):
                    return (text, figures.CachedTokens);
            }
        }

        throw new InvalidOperationException("The answer broke off.");
    }
}
