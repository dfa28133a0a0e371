using System.Net;
using System.Net.Http.Headers;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Cloud;

public sealed class CloudRetriesTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _again = [];
    private int _sent;

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(529)]
    public async Task What_was_turned_away_is_sent_again_and_the_first_good_answer_is_passed_on(int status)
    {
        using var answer = await SendAsync(_ => Status(status), _ => Status(status), _ => Status(200));
        ((int)answer.StatusCode, _sent).ShouldBe((200, 3));
        _again.ShouldBe([$"1 status {status}", $"2 status {status}"]);
    }

    [Fact]
    public async Task After_two_further_tries_the_answer_stands_as_it_is()
    {
        using var answer = await SendAsync(_ => Status(429), _ => Status(429), _ => Status(503));
        ((int)answer.StatusCode, _sent).ShouldBe((503, 3));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(500)]
    [InlineData(504)]
    public async Task Any_other_answer_is_the_clients(int status)
    {
        using var answer = await SendAsync(_ => Status(status));
        ((int)answer.StatusCode, _sent).ShouldBe((status, 1));
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, 3)]
    [InlineData(HttpRequestError.NameResolutionError, 3)]
    [InlineData(HttpRequestError.ResponseEnded, 1)]
    [InlineData(HttpRequestError.SecureConnectionError, 1)]
    public async Task Only_what_has_certainly_not_arrived_is_sent_again(HttpRequestError error, int times)
    {
        HttpResponseMessage Fail() => throw new HttpRequestException(error, "no luck");
        await Should.ThrowAsync<HttpRequestException>(() => SendAsync(_ => Fail(), _ => Fail(), _ => Fail()));
        _sent.ShouldBe(times);
    }

    [Fact]
    public async Task The_pause_is_the_one_that_was_asked_for()
    {
        var sending = BeginAsync(CancellationToken.None, _ => Status(429, TimeSpan.FromSeconds(7)), _ => Status(200));
        await Eventually.True(() => _time.Timers == 1, "it waits");
        _time.Advance(TimeSpan.FromSeconds(6.9));
        _sent.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        using var answer = await sending;
        _sent.ShouldBe(2);
    }

    [Fact]
    public async Task The_pause_may_be_asked_for_as_a_date()
    {
        var sending = BeginAsync(CancellationToken.None, _ =>
        {
            var answer = Status(503);
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(_time.GetUtcNow() + TimeSpan.FromSeconds(4));
            return answer;
        }, _ => Status(200));
        await Eventually.True(() => _time.Timers == 1, "it waits");
        _time.Advance(TimeSpan.FromSeconds(2.9));
        _sent.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        using var answer = await sending;
        _sent.ShouldBe(2);
    }

    [Fact]
    public async Task A_cloud_that_wants_to_be_left_alone_for_longer_is_believed()
    {
        using var answer = await SendAsync(_ => Status(429, TimeSpan.FromSeconds(11)));
        (_sent, answer.Headers.RetryAfter?.Delta).ShouldBe((1, TimeSpan.FromSeconds(11)));
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_pause_has_nothing_sent_again()
    {
        using var leave = new CancellationTokenSource();
        var sending = BeginAsync(leave.Token, _ => Status(429), _ => Status(200));
        await Eventually.True(() => _time.Timers == 1, "it waits");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(sending);
        _sent.ShouldBe(1);
    }

    private static HttpResponseMessage Status(int status, TimeSpan? retryAfter = null)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status);
        answer.Headers.RetryAfter = retryAfter is { } pause ? new RetryConditionHeaderValue(pause) : null;
        return answer;
    }

    private async Task<HttpResponseMessage> SendAsync(params Func<int, HttpResponseMessage>[] answers)
    {
        var sending = BeginAsync(CancellationToken.None, answers);
        await Eventually.True(() =>
        {
            if (!sending.IsCompleted && _time.Timers > 0)
            {
                _time.Advance(TimeSpan.FromSeconds(10));
            }

            return sending.IsCompleted;
        }, "it has been sent as often as it is sent");
        return await sending;
    }

    private Task<HttpResponseMessage> BeginAsync(CancellationToken clientGone, params Func<int, HttpResponseMessage>[] answers)
    {
        var retries = new CloudRetries(_time, (times, why) => _again.Add($"{times} {why}"));
        return retries.SendAsync(async _ =>
        {
            await Task.Yield();
            var turn = _sent++;
            return answers[turn](turn);
        }, clientGone).AsTask();
    }
}
