using Lockkeeper.Server.Learned;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Learned;

public sealed class LearnedFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-state-");
    private readonly Warnings _log = new();

    private string Path => System.IO.Path.Combine(_folder.FullName, "deep", "state.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_saved_is_loaded_and_nothing_else_is_left_in_the_folder()
    {
        var file = new LearnedFile(Path, _log);
        file.Load().ShouldBeEmpty();
        file.Save(LearnedJson.Write(LearnedJsonTests.Sample)).ShouldBeTrue();
        file.Save(LearnedJson.Write(LearnedJsonTests.Sample)).ShouldBeTrue();
        new LearnedFile(Path, _log).Load().ShouldBe(LearnedJsonTests.Sample, ignoreOrder: true);
        Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!).ShouldBe([Path]);
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void A_broken_file_is_moved_aside_with_a_warning_and_learning_begins_anew()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, "{\"version\":1,");
        var file = new LearnedFile(Path, _log);
        file.Load().ShouldBeEmpty();
        _log.Lines.ShouldHaveSingleItem().ShouldContain(Path + ".broken");
        File.ReadAllText(Path + ".broken").ShouldBe("{\"version\":1,");
        File.Exists(Path).ShouldBeFalse();
        file.Save(LearnedJson.Write(LearnedJsonTests.Sample)).ShouldBeTrue();
        file.Load().Count.ShouldBe(2);
    }

    [Fact]
    public void A_draft_that_a_crash_has_left_behind_harms_nothing()
    {
        var file = new LearnedFile(Path, _log);
        file.Save(LearnedJson.Write(LearnedJsonTests.Sample));
        File.WriteAllText(Path + ".new", "half of a st");
        new LearnedFile(Path, _log).Load().Count.ShouldBe(2);
        file.Save(LearnedJson.Write(LearnedJsonTests.Sample)).ShouldBeTrue();
        File.Exists(Path + ".new").ShouldBeFalse();
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_one_warning_and_no_failure()
    {
        // A file where the folder should be: unwritable for anybody, the superuser too.
        File.WriteAllText(System.IO.Path.GetDirectoryName(Path)!, "");
        var file = new LearnedFile(Path, _log);
        file.Load().ShouldBeEmpty();
        _log.Lines.Clear();
        file.Save([1]).ShouldBeFalse();
        file.Save([2]).ShouldBeFalse();
        _log.Lines.ShouldHaveSingleItem().ShouldContain(Path);
    }

    internal sealed class Warnings : ILogger<LearnedFile>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
