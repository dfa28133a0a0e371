using Lockkeeper.Server.Ingress.Media;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress.Media;

public sealed class PdfFolderTests : IDisposable
{
    private static readonly DateTimeOffset Later = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-sweep-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_a_killed_process_has_left_is_removed_and_nothing_else()
    {
        var left = Left("lockkeeper-pdf-left", withMark: true);
        var markless = Left("lockkeeper-pdf-markless", withMark: false);
        var other = Left("other", withMark: true);
        var linked = Left("linked", withMark: true);
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "lockkeeper-pdf-link"), linked);

        PdfFolder.Sweep(_folder.FullName, TimeProvider.System.GetUtcNow());
        (Directory.Exists(left), Directory.Exists(markless), Directory.Exists(other), Directory.Exists(linked)).ShouldBe((false, true, true, true));
        PdfFolder.Sweep(_folder.FullName, Later);
        (Directory.Exists(markless), Directory.Exists(other), Directory.Exists(linked)).ShouldBe((false, true, true));
        PdfFolder.Sweep(Path.Combine(_folder.FullName, "nowhere"), Later);
    }

    [Fact]
    public void One_that_is_in_use_is_left_and_gone_when_it_is_not()
    {
        string file;
        using (var folder = PdfFolder.Create())
        {
            file = folder.File;
            File.WriteAllText(file, "%PDF");
            PdfFolder.Sweep(Path.GetTempPath(), Later);
            File.Exists(file).ShouldBeTrue();
        }

        Directory.Exists(Path.GetDirectoryName(file)).ShouldBeFalse();
    }

    private string Left(string name, bool withMark)
    {
        var folder = _folder.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(folder, "it.pdf"), "%PDF");
        if (withMark)
        {
            File.WriteAllText(Path.Combine(folder, "in-use"), "");
        }

        return folder;
    }
}
