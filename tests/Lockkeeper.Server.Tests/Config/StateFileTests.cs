using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class StateFileTests
{
    [Theory]
    [InlineData("/state", "/state/lockkeeper/state.json")]
    [InlineData("state", "/people/me/.local/state/lockkeeper/state.json")]
    [InlineData("", "/people/me/.local/state/lockkeeper/state.json")]
    public void It_is_in_the_users_folder_for_state_unless_that_is_relative(string xdg, string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems keep state elsewhere.");
        StateFile.Default(name => name switch { "HOME" => "/people/me", "XDG_STATE_HOME" => xdg, _ => null }).ShouldBe(file);
    }

    [Theory]
    [InlineData("state.json", "/conf/state.json")]
    [InlineData("~/state.json", "/people/me/state.json")]
    [InlineData("/var/lib/lockkeeper.json", "/var/lib/lockkeeper.json")]
    public void One_that_is_written_is_where_it_says(string written, string file) => StateFile.Of(new LockkeeperConfig { StateFile = written }, new ConfigFolder("/conf", "/people/me")).ShouldBe(file);

    [Theory]
    [InlineData("omlx", "/conf/engines/omlx")]
    [InlineData("../../etc", "/conf/engines/______etc")]
    [InlineData("a b", "/conf/engines/a_b")]
    public void An_engine_has_a_folder_beside_it_whatever_it_is_called(string engine, string folder) =>
        StateFile.FolderOfEngine(new LockkeeperConfig { StateFile = "state.json" }, new ConfigFolder("/conf", "/people/me"), engine).ShouldBe(folder);
}
