using System.Text;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Liveness;

/// <summary>Real engines under impatient rules.</summary>
public sealed class LivenessWatchTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    /// <summary>For what is answered: a busy machine may need more than a moment.</summary>
    private static readonly TimeSpan LongMoment = TimeSpan.FromSeconds(3);

    private static readonly LivenessRules Impatient = new()
    {
        Floor = Moment,
        ReadyPatience = LongMoment,
        TokenPatience = Moment,
        IdleEvery = Moment,
        SecondTry = TimeSpan.FromMilliseconds(50),
        Look = TimeSpan.FromMilliseconds(20),
        Usual = _ => new UsualTimes(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)),
    };

    [Fact]
    public async Task An_idle_engine_whose_health_lies_is_found_out_by_two_tokens_that_do_not_come()
    {
        await using var yard = new Yard { Liveness = Impatient };
        await yard.Ready(Yard.With(Yard.Model("--mute-after", "1"), engine => engine with { HealthLies = true }));
        var failure = (await yard.Witness.Saw<SchedulerEvent.InstanceGone>()).Failure.ShouldNotBeNull();
        failure.Cause.ShouldStartWith("the process lives, but does not work any more: it was idle, and a token was asked for in vain: POST /v1/chat/completions had no answer for 0.3 s; then");
    }

    [Fact]
    public async Task An_idle_engine_is_left_alone_while_others_wait_and_asked_when_they_do_not()
    {
        var others = true;
        var asked = 0;
        bool OthersWait()
        {
            asked++;
            return Volatile.Read(ref others);
        }

        await using var yard = new Yard { Liveness = Impatient with { OthersWait = OthersWait, TokenPatience = LongMoment } };
        var instance = await yard.Ready(Yard.With(Yard.Model(), engine => engine with { HealthLies = true }));
        await Eventually.True(() => Volatile.Read(ref asked) > 3, "it would have been asked");
        (await ServedAsync(yard, instance)).ShouldBe(0);
        Volatile.Write(ref others, false);
        await Eventually.True(async () => await ServedAsync(yard, instance) > 0, "it is asked");
    }

    [Fact]
    public async Task An_engine_that_can_sleep_is_examined_as_any_other()
    {
        await using var yard = new Yard { Liveness = Impatient };
        var instance = await yard.Ready(Yard.With(Yard.Model(), engine => engine with { Sleep = true, StopTimeout = Moment }));
        (await yard.Instances.ExamineAsync(instance)).ShouldBeNull();
        LockkeeperProcess.Signal("STOP", await yard.Pid(instance));
        (await yard.Instances.ExamineAsync(instance)).ShouldNotBeNull().Cause.ShouldStartWith("the process lives, but does not work any more: GET /health had no answer");
    }

    [Fact]
    public async Task A_request_given_up_is_reason_enough_to_ask()
    {
        await using var yard = new Yard { Liveness = Impatient };
        var instance = await yard.Ready(Yard.Model("--fault", "hang"));
        var beat = yard.Instances.UpstreamOf(instance)!.Pulse.Begin(stream: true);
        beat.GiveUp();
        beat.Dispose();
        (await yard.Witness.Saw<SchedulerEvent.InstanceGone>()).Failure!.Cause.ShouldContain("it was idle");
    }

    [Fact]
    public async Task Silence_alone_is_not_death()
    {
        await using var yard = new Yard { Liveness = Impatient with { TokenPatience = LongMoment } };
        var instance = await yard.Ready(Yard.Model());
        using var beat = yard.Instances.UpstreamOf(instance)!.Pulse.Begin(stream: true);
        await Eventually.True(async () => await ServedAsync(yard, instance) >= 2, "it is asked, again and again, and answers");
        yard.Witness.Names.ShouldBe(["InstanceReady"]);
    }

    [Fact]
    public async Task Silence_with_a_token_that_does_not_come_is_and_who_waits_is_told_at_once()
    {
        await using var yard = new Yard { Liveness = Impatient };
        var instance = await yard.Ready(Yard.Model("--fault", "hang", "--ignore-term"));
        var upstream = yard.Instances.UpstreamOf(instance)!;
        using var beat = upstream.Pulse.Begin(stream: true);
        var failure = (await yard.Witness.Saw<SchedulerEvent.InstanceGone>()).Failure.ShouldNotBeNull();
        failure.Cause.ShouldContain("no byte came for");
        failure.Cause.ShouldContain("GET /health answered 200, POST /v1/chat/completions had no answer for 0.3 s, its processes used");
        upstream.IsLost.ShouldBeTrue();
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>(TimeSpan.FromSeconds(8)); // SIGTERM is not waited for as long as stop_timeout
    }

    [Fact]
    public async Task A_processor_at_work_speaks_for_an_engine_that_answers_nothing()
    {
        await using var yard = new Yard { Liveness = Impatient };
        var instance = await yard.Ready(Yard.Model("--one-slot", "--fault", "burn=3000"));
        using var beat = yard.Instances.UpstreamOf(instance)!.Pulse.Begin(stream: true);
        await Eventually.True(async () => (await yard.Get(instance, "/__state")).GetProperty("aborted").GetInt32() + await ServedAsync(yard, instance) >= 2, "its one slot was asked for tokens in vain", TimeSpan.FromSeconds(20));
        yard.Witness.Names.ShouldBe(["InstanceReady"]);
    }

    [Fact]
    public async Task One_that_is_examined_and_there_goes_on()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Yard.Model());
        (await yard.Instances.ExamineAsync(instance)).ShouldBeNull();
        yard.Witness.Names.ShouldBe(["InstanceReady"]);
    }

    [Fact]
    public async Task A_model_is_warmed_up_before_it_is_ready_and_one_that_cannot_be_serves_all_the_same()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Yard.Model() with { WarmUp = 9 });
        var request = (await yard.Get(instance, "/__requests"))[0];
        Encoding.UTF8.GetString(request.GetProperty("body_base64").GetBytesFromBase64()).ShouldContain("\"max_tokens\":9");

        await using var other = new Yard();
        await other.Ready(Yard.Model("--fault", "status=500") with { WarmUp = 1 });
        other.Witness.Names.ShouldBe(["InstanceReady"]);
    }

    private static async Task<int> ServedAsync(Yard yard, InstanceId instance) => (await yard.Get(instance, "/__state")).GetProperty("served").GetInt32();
}
