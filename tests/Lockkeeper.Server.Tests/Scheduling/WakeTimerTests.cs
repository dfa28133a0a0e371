using Lockkeeper.Server.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Scheduling;

public sealed class WakeTimerTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);

    [Fact]
    public void It_wakes_when_the_time_has_come()
    {
        var time = new OneTimer();
        var woken = 0;
        using var timer = new WakeTimer(time, () => woken++);
        time.Due.ShouldBe(Timeout.InfiniteTimeSpan);
        timer.Set(Now + TimeSpan.FromSeconds(3), Now);
        time.Due.ShouldBe(TimeSpan.FromSeconds(3));
        time.Fire();
        woken.ShouldBe(1);
    }

    [Fact]
    public void A_time_that_has_passed_wakes_at_once()
    {
        var time = new OneTimer();
        using var timer = new WakeTimer(time, () => { });
        timer.Set(Now - TimeSpan.FromSeconds(1), Now);
        time.Due.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void It_wakes_again_when_it_woke_too_early()
    {
        var time = new OneTimer();
        using var timer = new WakeTimer(time, () => { });
        timer.Set(Now, Now - TimeSpan.FromSeconds(1));
        time.Fire();
        timer.Set(Now, Now - TimeSpan.FromMilliseconds(1));
        time.Due.ShouldBe(TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Never_takes_the_last_wish_back_and_costs_nothing_when_there_was_none()
    {
        var time = new OneTimer();
        using var timer = new WakeTimer(time, () => { });
        timer.Set(due: null, Now);
        time.Changes.ShouldBe(0);
        timer.Set(Now + TimeSpan.FromSeconds(3), Now);
        timer.Set(due: null, Now);
        time.Due.ShouldBe(Timeout.InfiniteTimeSpan);
        time.Changes.ShouldBe(2);
    }

    private sealed class OneTimer : TimeProvider, ITimer
    {
        private Action? _fire;

        public TimeSpan Due { get; private set; }

        public int Changes { get; private set; }

        public void Fire() => _fire!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            Due = dueTime;
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            Changes++;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
