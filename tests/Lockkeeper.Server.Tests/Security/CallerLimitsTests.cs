using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Security;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Security;

public sealed class CallerLimitsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void One_more_than_may_be_inside_is_refused_until_one_has_left()
    {
        var limits = new CallerLimits("The API key 'a'", 2, null, _time);
        limits.Enter().ShouldBeNull();
        limits.Enter().ShouldBeNull();
        var error = limits.Enter().ShouldBeOfType<RouterError.TooManyConcurrent>();
        (error.Status, error.Code, error.RetryAfter).ShouldBe((429, "rate_limit_exceeded", TimeSpan.FromSeconds(1)));
        limits.Leave();
        limits.Enter().ShouldBeNull();
        limits.Inside.ShouldBe(2);
    }

    [Fact]
    public void One_more_in_a_minute_is_told_when_there_is_room_again()
    {
        var limits = new CallerLimits("The API key 'a'", null, 2, _time);
        limits.Enter().ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(20));
        limits.Enter().ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(15));

        var error = limits.Enter().ShouldBeOfType<RouterError.RateLimited>();
        error.RetryAfter!.Value.TotalSeconds.ShouldBe(25, 0.001);
        error.Message.ShouldBe("The API key 'a' has had 2 requests within a minute, which is its limit (requests_per_minute). Try again in 25 s.");

        _time.Advance(TimeSpan.FromSeconds(25.001));
        limits.Enter().ShouldBeNull();
        limits.Enter().ShouldBeOfType<RouterError.RateLimited>().RetryAfter!.Value.TotalSeconds.ShouldBe(20, 0.01, "the second of the first minute still counts");
    }

    [Fact]
    public void No_sixty_seconds_ever_hold_more_than_allowed()
    {
        var limits = new CallerLimits("x", null, 7, _time);
        var random = new Random(5590);
        var (now, let) = (0.0, new List<double>());
        for (var i = 0; i < 5000; i++)
        {
            var pause = random.NextDouble() * 12;
            _time.Advance(TimeSpan.FromSeconds(pause));
            now += pause;
            if (limits.Enter() is null)
            {
                let.Add(now);
            }
        }

        let.Count.ShouldBeGreaterThan(3000);
        Enumerable.Range(7, let.Count - 7).Min(i => let[i] - let[i - 7]).ShouldBeGreaterThanOrEqualTo(59.999);
    }

    [Fact]
    public void What_is_refused_counts_for_nothing()
    {
        var limits = new CallerLimits("x", 1, 2, _time);
        limits.Enter().ShouldBeNull();
        limits.Enter().ShouldBeOfType<RouterError.TooManyConcurrent>();
        limits.Leave();
        limits.Enter().ShouldBeNull();
        limits.Leave();
        limits.Enter().ShouldBeOfType<RouterError.RateLimited>();
        limits.Inside.ShouldBe(0);
    }

    [Fact]
    public void Requests_from_many_threads_are_counted_exactly()
    {
        var limits = new CallerLimits("x", 10, 100, _time);
        var (inside, most, let) = (0, 0, 0);
        Parallel.For(0, 20_000, _ =>
        {
            if (limits.Enter() is null)
            {
                Interlocked.Increment(ref let);
                var now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                Interlocked.Decrement(ref inside);
                limits.Leave();
            }
        });

        let.ShouldBe(100);
        most.ShouldBeLessThanOrEqualTo(10);
        limits.Inside.ShouldBe(0);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen && Interlocked.CompareExchange(ref most, value, seen) != seen; seen = Volatile.Read(ref most))
        {
        }
    }
}
