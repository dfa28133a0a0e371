using System.Diagnostics;
using Lockkeeper.LlamaCpp.Inference;
using Lockkeeper.LlamaCpp.Tests.Models;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lockkeeper.LlamaCpp.Tests.Inference;

/// <summary>The decoder's thread: order, leaving, stopping. The model never ends its turn, so only a limit or a leave ends an answer.</summary>
public sealed class DecoderTests : IAsyncLifetime
{
    private const int Context = 16_384;

    private readonly RandomModel _file = RandomModel.Write(seed: 11, context: Context);
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

    [Fact]
    public async Task An_answer_reports_its_start_its_text_and_its_end()
    {
        var happened = await CollectAsync(_decoder.Post(Request(prompt: 5, most: 3), CancellationToken.None));
        happened[0].ShouldBeOfType<GenerationEvent.Started>();
        happened[1..^1].Count.ShouldBe(3);
        happened[1..^1].ShouldAllBe(one => one is GenerationEvent.Text);
        var finished = happened[^1].ShouldBeOfType<GenerationEvent.Finished>();
        (finished.Reason, finished.Figures.PromptTokens, finished.Figures.GeneratedTokens).ShouldBe((FinishReason.Length, 5, 3));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_generation_within_a_token_or_two()
    {
        using var client = new CancellationTokenSource();
        var generation = _decoder.Post(Request(prompt: 5, most: null), client.Token);
        await using (var events = generation.Events.GetAsyncEnumerator())
        {
            for (var i = 0; i < 5; i++)
            {
                await events.MoveNextAsync();
            }

            await client.CancelAsync();
        }

        var atLeave = _decoder.TokensGenerated;
        var idle = await Eventually.True(() => !_decoder.IsBusy, "the decoder is idle");
        (_decoder.TokensGenerated - atLeave).ShouldBeLessThanOrEqualTo(2);
        TestContext.Current.TestOutputHelper!.WriteLine($"idle after {idle.TotalMilliseconds:0.0} ms");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_reading_of_its_prompt()
    {
        using var client = new CancellationTokenSource();
        var watch = Stopwatch.StartNew();
        _decoder.Post(Request(prompt: Context - 1, most: 1), client.Token);
        await Eventually.True(() => _decoder.IsBusy, "it has begun");
        await client.CancelAsync();
        await Eventually.True(() => !_decoder.IsBusy, "the decoder is idle");
        _decoder.TokensGenerated.ShouldBe(0, $"it left after {watch.ElapsedMilliseconds} ms");
        await A_request_after_another_that_was_abandoned_is_answered_as_if_alone();
    }

    [Fact]
    public async Task A_request_after_another_that_was_abandoned_is_answered_as_if_alone()
    {
        var alone = Text(await CollectAsync(_decoder.Post(Request(prompt: 40, most: 10), CancellationToken.None)));
        using var client = new CancellationTokenSource();
        _decoder.Post(Request(prompt: 3000, most: null), client.Token);
        await Eventually.True(() => _decoder.IsBusy, "it has begun");
        await client.CancelAsync();
        Text(await CollectAsync(_decoder.Post(Request(prompt: 40, most: 10), CancellationToken.None))).ShouldBe(alone);
    }

    [Fact]
    public async Task Requests_are_answered_in_order_of_arrival_and_who_left_the_queue_is_skipped()
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        _decoder.Post(Request(prompt: 5, most: null), first.Token);
        await Eventually.True(() => _decoder.TokensGenerated > 0, "the first is running");
        var abandoned = _decoder.Post(Request(prompt: 5, most: 7), second.Token);
        var third = _decoder.Post(Request(prompt: 5, most: 2), CancellationToken.None);
        await second.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => CollectAsync(abandoned));
        _decoder.IsBusy.ShouldBeTrue("who waits need not wait for the first to leave");
        await first.CancelAsync();
        (await CollectAsync(third))[^1].ShouldBeOfType<GenerationEvent.Finished>().Figures.GeneratedTokens.ShouldBe(2);
    }

    [Fact]
    public async Task Stopping_in_the_middle_of_an_answer_takes_less_than_a_second_and_says_so()
    {
        var running = _decoder.Post(Request(prompt: 5, most: null), CancellationToken.None);
        var waiting = _decoder.Post(Request(prompt: 5, most: null), CancellationToken.None);
        await Eventually.True(() => _decoder.TokensGenerated > 0, "it is running");
        var watch = Stopwatch.StartNew();
        await _decoder.DisposeAsync();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5), "a second, on a machine that has nothing else to do");
        var late = _decoder.Post(Request(prompt: 5, most: 1), CancellationToken.None);
        foreach (var generation in (Generation[])[running, waiting, late])
        {
            (await CollectAsync(generation))[^1].ShouldBe(new GenerationEvent.Failed(GenerationFailure.Stopping));
        }
    }

    [Fact]
    public async Task An_answer_never_grows_beyond_the_context()
    {
        var happened = await CollectAsync(_decoder.Post(Request(prompt: Context - 3, most: 100), CancellationToken.None));
        var finished = happened[^1].ShouldBeOfType<GenerationEvent.Finished>();
        (finished.Reason, finished.Figures.GeneratedTokens).ShouldBe((FinishReason.Length, 3));
    }

    private static GenerationRequest Request(int prompt, int? most) => new()
    {
        Prompt = [.. Enumerable.Range(0, prompt).Select(i => 5 + (i % 256))],
        Sampling = new Sampling { Temperature = 0 },
        MaxTokens = most,
    };

    private static async Task<List<GenerationEvent>> CollectAsync(Generation generation)
    {
        List<GenerationEvent> happened = [];
        await foreach (var one in generation.Events)
        {
            happened.Add(one);
        }

        return happened;
    }

    private static List<string> Text(List<GenerationEvent> happened) =>
        [.. happened.OfType<GenerationEvent.Text>().Select(text => System.Text.Encoding.UTF8.GetString(text.Utf8.Span))];
}
