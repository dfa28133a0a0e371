using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class InstancesTests
{
    [Fact]
    public async Task A_run_is_ready_then_gone_then_settled()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Yard.Model());
        var pid = await yard.Pid(instance);
        (await yard.Get(instance, "/__state")).GetProperty("pid").GetInt32().ShouldBe(pid);

        await yard.Gone(instance);

        yard.Witness.Names.ShouldBe(["InstanceReady", "InstanceGone", "MemorySettled"]);
        (await yard.Witness.Saw<SchedulerEvent.InstanceGone>()).Failure.ShouldBeNull();
        ProcessTable.IsAlive(pid).ShouldBeFalse();
        yard.Instances.UpstreamOf(instance).ShouldBeNull();
        yard.Snapshot(instance).State.ShouldBe(RunState.Stopped);
    }

    [Fact]
    public async Task A_slow_start_is_waited_for()
    {
        await using var yard = new Yard();
        await yard.Ready(Yard.Model("--start-delay", "300", "--ready-delay", "300"));
        yard.Witness.Names.ShouldBe(["InstanceReady"]);
    }

    [Fact]
    public async Task An_exit_while_starting_fails_at_once_with_code_and_last_lines()
    {
        await using var yard = new Yard();
        var instance = yard.Start(Yard.Model("--print", "loading", "--print", "no kernel image for this device", "--exit-at-start", "42"));

        var failure = (await yard.Witness.Saw<SchedulerEvent.StartFailed>(TimeSpan.FromSeconds(15))).Failure;
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();

        failure.ExitCode.ShouldBe(42);
        failure.LastOutput.ShouldBe(["loading", "no kernel image for this device"]);
        failure.Cause.ShouldBe("the process exited before it was ready");
        yard.Witness.Names.ShouldBe(["StartFailed", "MemorySettled"]);
        yard.Snapshot(instance).State.ShouldBe(RunState.Failed);
        (await yard.Instances.FailureOfAsync(instance, TimeSpan.Zero)).ShouldBe(failure);
    }

    [Fact]
    public async Task An_engine_that_is_never_ready_fails_at_start_timeout_and_is_stopped()
    {
        await using var yard = new Yard();
        var instance = yard.Start(Yard.With(Yard.Model("--never-ready"), engine => engine with { StartTimeout = TimeSpan.FromSeconds(5) }));
        var pid = await yard.Pid(instance);

        var failure = (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure;
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();

        failure.Cause.ShouldBe("it was not ready within start_timeout (5 s); last seen: GET /health answered 503");
        ProcessTable.IsAlive(pid).ShouldBeFalse();
    }

    [Fact]
    public async Task A_missing_executable_fails_at_once_and_starts_nothing()
    {
        await using var yard = new Yard();
        var instance = yard.Start(Yard.Of("no-such-engine"));

        var failure = (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure;
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();

        failure.Cause.ShouldStartWith("executable 'no-such-engine' not found (looked in /");
        yard.Snapshot(instance).Pid.ShouldBeNull();
    }

    [Fact]
    public async Task A_crash_is_told_at_once_with_its_evidence()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Yard.Model());
        await Crash(yard, instance, "fake: crash code=7");

        var failure = await yard.Instances.FailureOfAsync(instance, TimeSpan.FromSeconds(10));
        (await yard.Witness.Saw<SchedulerEvent.InstanceGone>(TimeSpan.FromSeconds(10))).Failure.ShouldBe(failure);
        failure.ShouldNotBeNull();
        failure.Cause.ShouldBe("the process exited while it was ready");
        failure.ExitCode.ShouldBe(7);
        failure.LastOutput.ShouldContain("fake-engine: crashing as asked");
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();
        yard.Witness.Names.ShouldBe(["InstanceReady", "InstanceGone", "MemorySettled"]);
    }

    [Fact]
    public async Task A_crash_by_a_signal_names_the_signal()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Yard.Model());
        await Crash(yard, instance, "fake: crash kill");

        var failure = await yard.Instances.FailureOfAsync(instance, TimeSpan.FromSeconds(10));
        failure.ShouldNotBeNull();
        failure.Cause.ShouldStartWith("the process was ended by SIGKILL");
        failure.ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task A_stop_while_starting_ends_in_settled_alone()
    {
        await using var yard = new Yard();
        var instance = yard.Start(Yard.Model("--never-ready"));
        var pid = await yard.Pid(instance);

        await yard.Gone(instance);

        yard.Witness.Names.ShouldBe(["MemorySettled"]);
        ProcessTable.IsAlive(pid).ShouldBeFalse();
        (await yard.Instances.FailureOfAsync(instance, TimeSpan.Zero)).ShouldBeNull();
    }

    [Fact]
    public async Task A_stop_right_behind_the_start_leaves_nothing()
    {
        await using var yard = new Yard();
        await yard.Gone(yard.Start(Yard.Model("--never-ready", "--cookie", "right-behind")));
        yard.Witness.Names.ShouldBe(["MemorySettled"]);
        ProcessTable.With("right-behind").ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_twice_is_stopping_once()
    {
        await using var yard = new Yard();
        var instance = await yard.Ready(Yard.Model("--stop-delay", "200"));
        yard.Instances.Stop(instance, StopReason.Swap);
        yard.Instances.Stop(instance, StopReason.Swap);
        await yard.Gone(instance);
        yard.Instances.Stop(instance, StopReason.Swap);
        yard.Witness.Names.ShouldBe(["InstanceReady", "InstanceGone", "MemorySettled"]);
    }

    [Fact]
    public async Task A_slow_stop_delays_no_other_instance()
    {
        await using var yard = new Yard();
        var slow = await yard.Ready(Yard.With(Yard.Model("--stop-delay", "60000"), engine => engine with { StopTimeout = TimeSpan.FromMinutes(1) }));
        yard.Instances.Stop(slow, StopReason.Swap);

        var other = yard.Start(Yard.Model());
        await Eventually.True(() => yard.Instances.UpstreamOf(other) is not null, "the other is ready");
        yard.Witness.Names.ShouldBe(["InstanceReady", "InstanceReady"]);
        LockkeeperProcess.Signal("KILL", await yard.Pid(slow)); // nobody need wait for it any more
    }

    [Fact]
    public async Task A_noisy_engine_becomes_ready()
    {
        await using var yard = new Yard();
        await yard.Ready(Yard.Model("--noise", "8"));
    }

    [Fact]
    public async Task Variables_folder_and_placeholders_arrive()
    {
        await using var yard = new Yard();
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.GetTempPath()));
        string[] flags = ["--path", "{path}", "--context-length", "{context_length}", "--cookie", "{a b} 'c' $HOME \"d\" é", "--fault", ""];
        var model = Yard.Told(Yard.WithVariables(Yard.Model(flags), ("LOCKKEEPER_TEST", "one two")), ("path", "/models/a b.gguf"), ("context_length", "4096"));
        var instance = await yard.Ready(Yard.With(model, engine => engine with { WorkingDirectory = folder }));

        var state = await yard.Get(instance, "/__state");
        state.GetProperty("cwd").GetString().ShouldBe(folder);
        state.GetProperty("arguments").GetString()!.ShouldStartWith("--path /models/a b.gguf --context-length 4096 --cookie {a b} 'c' $HOME \"d\" é --fault  --port ");
        var environment = await File.ReadAllTextAsync($"/proc/{await yard.Pid(instance)}/environ");
        environment.Split('\0').ShouldContain("LOCKKEEPER_TEST=one two");
    }

    [Fact]
    public async Task A_variable_without_a_value_is_taken_away()
    {
        await using var yard = new Yard();
        yard.Start(Yard.WithVariables(Yard.Model("--print-env", "HOME", "--exit-at-start", "1"), ("HOME", null)));
        (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure.LastOutput.ShouldBe(["HOME=(not set)"]);
    }

    [Fact]
    public async Task A_secret_variable_never_shows_in_the_evidence()
    {
        await using var yard = new Yard();
        yard.Start(Yard.WithVariables(Yard.Model("--print-env", "HF_TOKEN", "--exit-at-start", "1"), ("HF_TOKEN", "hf_123456")));
        (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure.LastOutput.ShouldBe(["HF_TOKEN=***"]);
    }

    [Fact]
    public async Task An_engine_ignores_and_blocks_no_signal()
    {
        await using var yard = new Yard();
        yard.Start(Yard.Of("grep", "-E", "SigIgn|SigBlk", "/proc/self/status"));
        var masks = (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure.LastOutput;

        // 1 to 31; glibc keeps 32 and 33 for itself.
        masks.Select(mask => Convert.ToUInt64(mask.Split('\t')[1], 16) & 0x7FFF_FFFF).ShouldBe([0UL, 0UL]);
    }

    [Fact]
    public async Task An_engine_inherits_no_descriptor_but_the_first_three()
    {
        await using var yard = new Yard();
        yard.Start(Yard.Of("ls", "/proc/self/fd"));

        // 3 is the folder that ls itself has opened.
        (await yard.Witness.Saw<SchedulerEvent.StartFailed>()).Failure.LastOutput.ShouldBe(["0", "1", "2", "3"]);
    }

    [Fact]
    public async Task Disposing_stops_everything()
    {
        var yard = new Yard();
        var first = await yard.Pid(await yard.Ready(Yard.Model()));
        var second = await yard.Pid(yard.Start(Yard.Model("--start-delay", "5000")));

        await yard.DisposeAsync();

        ProcessTable.IsAlive(first).ShouldBeFalse();
        ProcessTable.IsAlive(second).ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_started_while_closing_never_lives()
    {
        var yard = new Yard();
        await yard.DisposeAsync();
        yard.Start(Yard.Model("--cookie", "too-late"));
        await yard.Witness.Saw<SchedulerEvent.MemorySettled>();
        yard.Witness.Names.ShouldBe(["MemorySettled"]);
    }

    private static async Task Crash(Yard yard, InstanceId instance, string fault)
    {
        var upstream = yard.Instances.UpstreamOf(instance)!;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(upstream.BaseAddress, "/v1/chat/completions"))
        {
            Content = new StringContent($$"""{"user":"{{fault}}"}"""),
        };
        await Should.ThrowAsync<HttpRequestException>(() => upstream.Invoker.SendAsync(request, CancellationToken.None));
    }
}
