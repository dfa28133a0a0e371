using Lockkeeper.Server.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class NewConfigFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-new-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void It_makes_the_folder_and_leaves_nothing_else_in_it()
    {
        var file = Path.Combine(_folder.FullName, "a", "b.yaml");
        NewConfigFile.Write(file, "x: ü\n", overwrite: false).ShouldBeNull();
        File.ReadAllBytes(file).ShouldBe("x: ü\n"u8.ToArray());
        Directory.GetFileSystemEntries(Path.GetDirectoryName(file)!).ShouldBe([file]);
    }

    [Fact]
    public void It_overwrites_only_when_told()
    {
        var file = Path.Combine(_folder.FullName, "b.yaml");
        File.WriteAllText(file, "old");
        NewConfigFile.Write(file, "new", overwrite: false).ShouldBe($"{file} exists; it is overwritten only with --force");
        File.ReadAllText(file).ShouldBe("old");
        NewConfigFile.Write(file, "new", overwrite: true).ShouldBeNull();
        File.ReadAllText(file).ShouldBe("new");
    }

    [Fact]
    public void Where_nothing_can_be_written_it_says_so()
    {
        var file = Path.Combine(_folder.FullName, "b.yaml");
        File.WriteAllText(file, "");
        NewConfigFile.Write(Path.Combine(file, "c.yaml"), "new", overwrite: true).ShouldNotBeNull().ShouldStartWith($"{Path.Combine(file, "c.yaml")} cannot be written: ");
    }
}
