using Lockkeeper.Core.Models;
using Lockkeeper.Server.Learned;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Learned;

public sealed class LearnedKeeperTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-state-");
    private readonly ManualTime _time = new();
    private readonly LearnedFile _file;
    private IReadOnlyDictionary<ModelId, LearnedModel> _known = LearnedJsonTests.Sample;

    public LearnedKeeperTests() => _file = new LearnedFile(Path, new LearnedFileTests.Warnings());

    private string Path => System.IO.Path.Combine(_folder.FullName, "state.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task It_is_written_after_a_few_seconds_again_only_when_it_has_changed_and_at_the_end()
    {
        await using (new LearnedKeeper(_file, () => Task.FromResult(_known), _time))
        {
            await Eventually.True(() => _time.Timers > 0, "the clock is watched");
            File.Exists(Path).ShouldBeFalse();
            _time.Advance(LearnedKeeper.Pause);
            await Eventually.True(() => _file.Load().Count == 2, "the first save");

            File.Delete(Path);
            _time.Advance(LearnedKeeper.Pause);
            _time.Advance(LearnedKeeper.Pause);
            _known = new Dictionary<ModelId, LearnedModel> { [new ModelId("new")] = new() };
        }

        _file.Load().Keys.ShouldBe([new ModelId("new")]);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_written_again()
    {
        await using (new LearnedKeeper(_file, () => Task.FromResult(_known), _time))
        {
            await Eventually.True(() => _time.Timers > 0, "the clock is watched");
            _time.Advance(LearnedKeeper.Pause);
            await Eventually.True(() => _file.Load().Count == 2, "the first save");
            File.Delete(Path);
        }

        File.Exists(Path).ShouldBeFalse();
    }
}
