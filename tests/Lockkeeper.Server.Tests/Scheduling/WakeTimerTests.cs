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
        timer.HasRung();
        timer.Set(Now, Now - TimeSpan.FromMilliseconds(1));
        time.Due.ShouldBe(TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void A_wish_for_later_or_never_leaves_it_as_it_is_and_an_earlier_one_moves_it()
    {
        var time = new OneTimer();
        using var timer = new WakeTimer(time, () => { });
        timer.Set(due: null, Now);
        time.Changes.ShouldBe(0);
        timer.Set(Now + TimeSpan.FromSeconds(3), Now);
        timer.Set(Now + TimeSpan.FromSeconds(4), Now);
        timer.Set(due: null, Now);
        time.Changes.ShouldBe(1);
        timer.Set(Now + TimeSpan.FromSeconds(2), Now);
        time.Due.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void What_is_further_away_than_a_timer_can_be_set_to_is_asked_for_again()
    {
        var time = new OneTimer();
        using var timer = new WakeTimer(time, () => { });
        timer.Set(TimeSpan.FromDays(400), Now);
        time.Due.ShouldBe(TimeSpan.FromDays(40));
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
