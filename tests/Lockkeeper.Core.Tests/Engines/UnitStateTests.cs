using Lockkeeper.Core.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Engines;

public sealed class UnitStateTests
{
    private const string Running = """
        MainPID=4711
        Result=success
        ExecMainStatus=0
        NRestarts=0
        ControlGroup=/user.slice/user-1000.slice/user@1000.service/app.slice/llama.service
        LoadState=loaded
        ActiveState=active
        SubState=running
        """;

    [Fact]
    public void A_running_unit_is_up_and_has_a_process_and_a_group()
    {
        var state = UnitState.Parse(Running).ShouldNotBeNull();
        (state.IsUp, state.IsDown, state.MainPid, state.Restarts, state.Unusable).ShouldBe((true, false, 4711, 0, null));
        state.ControlGroup.ShouldBe("/user.slice/user-1000.slice/user@1000.service/app.slice/llama.service");
        state.ToString().ShouldBe("active (running)");
    }

    [Fact]
    public void A_failed_unit_says_how()
    {
        var state = UnitState.Parse("LoadState=loaded\nActiveState=failed\nSubState=failed\nMainPID=0\nResult=exit-code\nExecMainStatus=3\nNRestarts=2\nControlGroup=\n").ShouldNotBeNull();
        (state.IsUp, state.IsDown, state.MainPid, state.ControlGroup).ShouldBe((false, true, null, null));
        state.ToString().ShouldBe("failed (failed, result exit-code 3, restarted 2 times)");
    }

    [Fact]
    public void A_unit_that_is_about_to_be_started_again_is_neither_up_nor_down()
    {
        var state = UnitState.Parse("ActiveState=activating\nSubState=auto-restart\nMainPID=0").ShouldNotBeNull();
        (state.IsUp, state.IsDown).ShouldBe((false, false));
    }

    [Fact]
    public void An_inactive_unit_whose_process_still_lives_is_not_down() =>
        UnitState.Parse("ActiveState=inactive\nSubState=dead\nMainPID=12").ShouldNotBeNull().IsDown.ShouldBeFalse();

    [Theory]
    [InlineData("loaded", null)]
    [InlineData("not-found", "there is no such unit")]
    [InlineData("masked", "the unit is masked")]
    [InlineData("bad-setting", "systemd cannot read the unit (bad-setting)")]
    public void What_can_never_be_started_says_why(string load, string? why) =>
        UnitState.Parse($"LoadState={load}\nActiveState=inactive").ShouldNotBeNull().Unusable.ShouldBe(why);

    [Fact]
    public void An_end_for_want_of_memory_is_known() => UnitState.Parse("ActiveState=failed\nResult=oom-kill").ShouldNotBeNull().RanOutOfMemory.ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("Failed to connect to bus: No such file or directory")]
    [InlineData("LoadState=loaded")]
    [InlineData("=x\n==\n\n")]
    public void What_tells_no_state_is_none(string text) => UnitState.Parse(text).ShouldBeNull();

    [Fact]
    public void Nonsense_between_the_lines_is_passed_over()
    {
        var state = UnitState.Parse("Warning: The unit file changed on disk.\r\nActiveState=active\r\nMainPID=many\r\nNRestarts=-1\r\nControlGroup=/../etc\r\n").ShouldNotBeNull();
        (state.IsUp, state.MainPid, state.Restarts, state.ControlGroup).ShouldBe((true, null, 0, null));
    }
}
