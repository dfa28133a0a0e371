using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Telemetry;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Learned;

public sealed class SpeedsTests
{
    private static readonly ModelId A = new("a");

    private readonly Speeds _speeds = new();

    [Fact]
    public void A_stream_shows_how_fast_the_prompt_is_read_and_how_fast_the_rest_is_generated()
    {
        _speeds.Observe(Answer(stream: true, prompt: 1000, completion: 101, first: 2, all: 7));
        _speeds.Of(A).ShouldBe(new ModelSpeed(TokensPerSecond: 20, PromptTokensPerSecond: 500));

        _speeds.Observe(Answer(stream: true, prompt: 1000, completion: 101, first: 1, all: 6));
        _speeds.Of(A).ShouldBe(new ModelSpeed(TokensPerSecond: 20, PromptTokensPerSecond: 650));
    }

    [Fact]
    public void An_answer_that_comes_whole_counts_as_generation_until_a_stream_shows_better()
    {
        _speeds.Observe(Answer(stream: false, prompt: 10, completion: 100, first: 10, all: 10));
        _speeds.Of(A).ShouldBe(new ModelSpeed(TokensPerSecond: 10));

        _speeds.Observe(Answer(stream: true, prompt: 100, completion: 101, first: 1, all: 2));
        var known = _speeds.Of(A);
        _speeds.Observe(Answer(stream: false, prompt: 10, completion: 100, first: 50, all: 50));
        _speeds.Of(A).ShouldBe(known);
    }

    [Theory]
    [InlineData(3, 200)]
    [InlineData(100, 400)]
    public void Too_few_tokens_and_errors_teach_nothing(int completion, int status)
    {
        _speeds.Observe(Answer(stream: true, prompt: 3, completion: completion, first: 1, all: 2, status));
        _speeds.Of(A).ShouldBe(ModelSpeed.None);
    }

    [Fact]
    public void What_was_cut_off_teaches_nothing()
    {
        var entry = Answer(stream: true, prompt: 100, completion: 100, first: 1, all: 2);
        entry.End(new RouterError.ClientGone(), 200, TimeSpan.FromSeconds(2));
        _speeds.Observe(entry);
        _speeds.Of(A).ShouldBe(ModelSpeed.None);
    }

    private static JournalEntry Answer(bool stream, int prompt, int completion, double first, double all, int status = 200)
    {
        var entry = new JournalEntry("one", "/", DateTimeOffset.UnixEpoch)
        {
            Model = A,
            Stream = stream,
            PromptTokens = prompt,
            CompletionTokens = completion,
            EngineFirstByte = TimeSpan.FromSeconds(first),
            EngineTime = TimeSpan.FromSeconds(all),
        };
        entry.End(error: null, status, TimeSpan.FromSeconds(all));
        return entry;
    }
}
