using Lockkeeper.Server.Engines.Presets;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Presets;

public sealed class OwnExecutableTests
{
    [Theory]
    [InlineData("/opt/lockkeeper/lockkeeper", "/opt/lockkeeper/lockkeeper")]
    [InlineData("/usr/share/dotnet/dotnet", "/usr/share/dotnet/dotnet /opt/lockkeeper/lockkeeper.dll")]
    public void The_host_is_told_the_assembly_again(string process, string command) =>
        string.Join(' ', OwnExecutable.CommandOf(process, "/opt/lockkeeper/lockkeeper.dll")).ShouldBe(command);

    [Fact]
    public void This_process_can_be_started_again() => File.Exists(OwnExecutable.Command[0]).ShouldBeTrue();
}
