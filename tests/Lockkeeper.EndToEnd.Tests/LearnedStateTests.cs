using System.Text.Json;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What is learned outlives Lockkeeper, however it ends.</summary>
[Collection(Lanes.Waiting)]
public sealed class LearnedStateTests : IDisposable
{
    private static readonly TestConfig Config = new() { Models = { ["a"] = "--ready-delay 400", ["b"] = "" } };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-state-");

    private string StateFile => Path.Combine(_folder.FullName, "state.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task After_kill_nine_the_next_life_knows_what_the_last_one_has_saved()
    {
        double load;
        await using (var lockkeeper = await StartAsync())
        {
            await lockkeeper.AnswerAsync("a");
            await lockkeeper.AnswerAsync("b");
            load = await LoadOfAAsync(lockkeeper) ?? 0;
            load.ShouldBeGreaterThan(0.35);
            await Eventually.True(IsSaved, "it is saved");
            lockkeeper.Kill();
            await lockkeeper.ExitAsync();
        }

        await using (var lockkeeper = await StartAsync())
        {
            (await LoadOfAAsync(lockkeeper)).ShouldBe(load);
            (await lockkeeper.JsonAsync("/admin/models")).GetProperty("models")[0].GetProperty("ran_alone").GetBoolean().ShouldBeTrue();
        }
    }

    [Fact]
    public async Task An_orderly_end_saves_and_a_corrupt_file_is_moved_aside()
    {
        await using (var lockkeeper = await StartAsync())
        {
            await lockkeeper.AnswerAsync("a");
            (await lockkeeper.StopAsync()).ShouldBe(0);
        }

        var text = await File.ReadAllTextAsync(StateFile);
        JsonElement.Parse(text).GetProperty("models").GetProperty("a").GetProperty("load_s").GetDouble().ShouldBeGreaterThan(0.35);

        await File.WriteAllTextAsync(StateFile, text[..(text.Length / 2)]);
        await using (var lockkeeper = await StartAsync())
        {
            (await LoadOfAAsync(lockkeeper)).ShouldBeNull();
            (await lockkeeper.AnswerAsync("a")).ShouldStartWith("fake a ");
            await lockkeeper.SaysAsync("makes no sense");
            lockkeeper.Errors.ShouldContain(line => line.Contains("makes no sense"));
        }

        File.Exists(StateFile + ".broken").ShouldBeTrue();
    }

    /// <summary>With how long it takes to be rid of the first model, which is known last.</summary>
    private bool IsSaved() => File.Exists(StateFile)
        && JsonElement.Parse(File.ReadAllText(StateFile)).GetProperty("models").TryGetProperty("a", out var a) && a.GetProperty("free_s").ValueKind == JsonValueKind.Number;

    private static async Task<double?> LoadOfAAsync(LockkeeperProcess lockkeeper)
    {
        var load = (await lockkeeper.JsonAsync("/admin/models")).GetProperty("models")[0].GetProperty("load_s");
        return load.ValueKind == JsonValueKind.Null ? null : load.GetDouble();
    }

    private Task<LockkeeperProcess> StartAsync() => LockkeeperProcess.StartAsync($"state_file: {StateFile}\n{Config.ToYaml()}");
}
