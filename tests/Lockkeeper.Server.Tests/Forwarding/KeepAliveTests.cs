using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.OpenAi;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Forwarding;

public sealed class KeepAliveTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ManualTime _time = new();
    private readonly MemoryStream _sent = new();
    private readonly DefaultHttpContext _http = new();
    private readonly TaskCompletionSource _work = new();

    public KeepAliveTests() => _http.Response.Body = _sent;

    public void Dispose() => _sent.Dispose();

    [Fact]
    public async Task Only_who_has_spoken_ends_an_answer_that_an_engine_has_begun()
    {
        var keepAlive = Speaking();
        keepAlive.LastWords.ShouldBeNull();

        var waiting = keepAlive.WhileAsync(_work.Task, () => new("queued 1"), CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => keepAlive.Started, "it speaks");
        keepAlive.LastWords.ShouldBe(keepAlive.Voice);
        _work.SetResult();
        await waiting;
    }

    [Fact]
    public async Task A_short_wait_sends_nothing()
    {
        var keepAlive = Speaking();
        var waiting = keepAlive.WhileAsync(_work.Task, () => new("queued 1"), CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        _work.SetResult();
        await waiting;

        keepAlive.Started.ShouldBeFalse();
        Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_long_wait_gets_headers_after_a_second_and_a_comment_at_every_interval()
    {
        var keepAlive = Speaking();
        var statuses = new Queue<string>(["queued 2", "queued 1", "loading"]);
        var waiting = keepAlive.WhileAsync(_work.Task, () => new(statuses.Dequeue()), CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => Sent == ": queued 2\n\n", "the first comment");
        keepAlive.Started.ShouldBeTrue();
        _http.Response.ContentType.ShouldBe("text/event-stream");

        await AdvanceUntil(() => Sent == ": queued 2\n\n: queued 1\n\n");
        await AdvanceUntil(() => Sent == ": queued 2\n\n: queued 1\n\n: loading\n\n");

        _work.SetResult();
        await waiting;
        statuses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Work_that_fails_ends_the_wait_and_leaves_the_failure_to_the_caller()
    {
        var keepAlive = Speaking();
        var waiting = keepAlive.WhileAsync(_work.Task, () => new(""), CancellationToken.None);
        _work.SetException(new IOException());
        await waiting;

        _work.Task.IsFaulted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_wait()
    {
        using var gone = new CancellationTokenSource();
        var waiting = Speaking().WhileAsync(_work.Task, () => new(""), gone.Token);
        await gone.CancelAsync();
        await waiting;

        Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_is_told_something_ends_the_wait_without_an_exception()
    {
        using var gone = new CancellationTokenSource();
        var waiting = Speaking().WhileAsync(_work.Task, LeaveAsync, gone.Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        await waiting;

        gone.IsCancellationRequested.ShouldBeTrue();
        _work.Task.IsCompleted.ShouldBeFalse();

        async ValueTask<string> LeaveAsync()
        {
            await gone.CancelAsync();
            return "queued 1";
        }
    }

    [Theory]
    [InlineData(false, 0.2, 0.2)]
    [InlineData(true, 0.2, 1)]
    [InlineData(false, 5, 1)]
    [InlineData(true, 5, 5)]
    public async Task The_status_of_an_engine_that_works_on_it_is_waited_for_longer(bool atEngine, double interval, double firstWord)
    {
        var asked = false;
        var keepAlive = new KeepAlive(_http.Response, TimeSpan.FromSeconds(interval), _time) { Voice = new JsonVoice(_http.Response.BodyWriter, Dialect.OpenAi) };
        var waiting = keepAlive.WhileAsync(_work.Task, () =>
        {
            Volatile.Write(ref asked, true);
            return new("waiting");
        }, CancellationToken.None, atEngine).AsTask();

        // The pause is one timer of the clock's: it has not ended a moment before, and has a moment later.
        _time.Advance(TimeSpan.FromSeconds(firstWord - 0.01));
        _time.Timers.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(0.02));
        await Eventually.True(() => Volatile.Read(ref asked), "the first word");

        _work.SetResult();
        await waiting;
    }

    [Fact]
    public async Task A_client_that_nobody_can_speak_to_is_told_nothing_and_its_work_is_not_waited_for()
    {
        await new KeepAlive(_http.Response, Interval, _time).WhileAsync(_work.Task, () => new("queued 1"), CancellationToken.None);

        _work.Task.IsCompleted.ShouldBeFalse();
        Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_waits_for_one_JSON_value_gets_a_space_at_every_interval()
    {
        var keepAlive = new KeepAlive(_http.Response, Interval, _time) { Voice = new JsonVoice(_http.Response.BodyWriter, Dialect.OpenAi) };
        var waiting = keepAlive.WhileAsync(_work.Task, () => new("queued 1"), CancellationToken.None);
        await AdvanceUntil(() => Sent == "  ");
        _http.Response.ContentType.ShouldBe("application/json; charset=utf-8");

        _work.SetResult();
        await waiting;
    }

    private KeepAlive Speaking() => new(_http.Response, Interval, _time)
    {
        Voice = new ChatStream(_http.Response.BodyWriter, new AnswerNaming("m", "r", default), includeUsage: false),
    };

    private string Sent => Encoding.UTF8.GetString(_sent.ToArray());

    /// <summary>The next pause begins only after the last comment is out, so the clock may have to be moved more than once.</summary>
    private Task<TimeSpan> AdvanceUntil(Func<bool> condition) => Eventually.True(() =>
    {
        if (condition())
        {
            return true;
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    }, $"keep-alives, with {Sent}");
}
