using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Liveness;

public sealed class PulseTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly Pulse _pulse;

    public PulseTests() => _pulse = new Pulse(_time);

    [Fact]
    public void Silence_begins_when_somebody_waits_and_anew_with_each_byte()
    {
        _time.Advance(5 * Second);
        using var beat = _pulse.Begin(stream: true);
        _time.Advance(2 * Second);
        _pulse.Now().ShouldBe(new Pulse.Look(1, Streams: true, Wholes: false, 2 * Second, IsSuspect: false));
        beat.Renew();
        _time.Advance(Second);
        _pulse.Now().Silence.ShouldBe(Second);
    }

    [Fact]
    public void Who_comes_later_does_not_end_the_silence_of_who_waits_already()
    {
        using var first = _pulse.Begin(stream: true);
        _time.Advance(2 * Second);
        using var second = _pulse.Begin(stream: false);
        _time.Advance(Second);
        _pulse.Now().ShouldBe(new Pulse.Look(2, Streams: true, Wholes: true, 3 * Second, IsSuspect: false));
    }

    [Fact]
    public void Nobody_waits_while_the_client_does_not_read()
    {
        using var beat = _pulse.Begin(stream: true);
        beat.Suspend();
        _time.Advance(9 * Second);
        (_pulse.Now().Streams, _pulse.Now().Requests).ShouldBe((false, 1));
        beat.Renew();
        _pulse.Now().ShouldBe(new Pulse.Look(1, Streams: true, Wholes: false, TimeSpan.Zero, IsSuspect: false), "it is waited for from now on");
    }

    [Fact]
    public void A_request_given_up_leaves_a_suspicion_until_something_speaks_for_it()
    {
        var beat = _pulse.Begin(stream: false);
        beat.GiveUp();
        beat.Dispose();
        beat.Dispose();
        _pulse.Now().ShouldBe(new Pulse.Look(0, Streams: false, Wholes: false, TimeSpan.Zero, IsSuspect: true));
        _pulse.Clear();
        _pulse.Now().IsSuspect.ShouldBeFalse();
    }

    [Fact]
    public void It_rests_since_its_latest_request()
    {
        var beat = _pulse.Begin(stream: false);
        _time.Advance(9 * Second);
        _pulse.HasRested(Second).ShouldBeFalse();
        beat.Dispose();
        _pulse.HasRested(Second).ShouldBeFalse();
        _time.Advance(Second);
        _pulse.HasRested(Second).ShouldBeTrue();
    }
}
