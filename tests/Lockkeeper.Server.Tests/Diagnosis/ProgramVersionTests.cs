using Lockkeeper.Server.Diagnosis;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Diagnosis;

public sealed class ProgramVersionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-version-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("echo hello; echo 'version: 1.2 (abc)' >&2", "version: 1.2 (abc)")]
    [InlineData("echo hello", null)]
    [InlineData("read line; echo \"got $line 1\"", "got  1")]
    [InlineData("exec sleep 600", null)]
    public async Task The_first_line_with_a_number_is_the_version(string script, string? version)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var file = Path.Combine(_folder.FullName, "program");
        Script.Write(file, script);
        (await ProgramVersion.OfAsync(file, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).ShouldBe(version);
    }

    [Fact]
    public async Task What_cannot_be_run_has_no_version() => (await ProgramVersion.OfAsync(Path.Combine(_folder.FullName, "nothing"), TestContext.Current.CancellationToken)).ShouldBeNull();
}
