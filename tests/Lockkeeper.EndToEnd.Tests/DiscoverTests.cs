using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>Models that nobody has listed: what lies in a folder is served, and what comes and goes while Lockkeeper runs comes and goes for its clients.</summary>
[Collection(Lanes.Watching)]
public sealed class DiscoverTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockkeeper-models-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_model_that_is_dropped_in_is_served_once_it_is_whole_and_gone_once_it_is_removed()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Discover(BuiltIn, At(""), At("not-there-yet")));
        (await IdsAsync(lockkeeper)).ShouldBeEmpty();
        await lockkeeper.SaysAsync($"The folder {At("not-there-yet")} is not there, or may not be read; it is looked for again every 30 s");
        await lockkeeper.SaysAsync($"  what is found in {At("")} (gguf: found)");

        var guide = await File.ReadAllBytesAsync(Demo("demo-guide"));
        await File.WriteAllBytesAsync(At("guide.gguf"), guide[..(guide.Length / 2)]);
        File.Copy(Demo("demo-poet"), At("poet.gguf.part"));
        File.Copy(Demo("demo-poet"), At("whole.gguf"));
        await ListedAsync(lockkeeper, "whole");

        await File.WriteAllBytesAsync(At("guide.gguf"), guide);
        File.Move(At("poet.gguf.part"), At("poet.gguf"));
        await ListedAsync(lockkeeper, "guide", "poet", "whole");
        (await lockkeeper.AnswerAsync("poet")).ShouldNotBeEmpty();
        (await lockkeeper.AnswerAsync("guide")).ShouldNotBeEmpty();
        lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("guide");

        File.Delete(At("guide.gguf"));
        await ListedAsync(lockkeeper, "poet", "whole");
        await Eventually.True(() => lockkeeper.Engines.Count == 0, "its engine is stopped");
        using var gone = await lockkeeper.AskAsync("guide");
        (await gone.ErrorAsync()).Status.ShouldBe(404);
        (await lockkeeper.AnswerAsync("poet")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_runs_on_a_model_that_is_removed_may_end()
    {
        File.Copy(Demo("demo-poet"), At("poet.gguf"));
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Discover(Fake, At("")));
        await ListedAsync(lockkeeper, "poet");
        using (var running = await lockkeeper.AskAsync("poet", "chunks=2 stall=2", stream: true))
        {
            await foreach (var line in running.LinesAsync())
            {
                if (!line.Contains("t1 "))
                {
                    continue;
                }

                File.Delete(At("poet.gguf"));
                await ListedAsync(lockkeeper);
                await Eventually.True(async () => await StateAsync(lockkeeper) == "draining", "it is given time");
                lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("poet");
                break;
            }
        }

        await Eventually.True(() => lockkeeper.Engines.Count == 0, "and stopped when nothing runs on it");
    }

    [Fact]
    public async Task A_link_to_a_folder_leads_to_its_models_and_a_misspelt_one_is_answered_with_those_like_it()
    {
        var elsewhere = _folder.CreateSubdirectory("elsewhere");
        File.Copy(Demo("demo-poet"), Path.Combine(elsewhere.FullName, "traveller.gguf"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.CreateSubdirectory("models").FullName, "link"), elsewhere.FullName);
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Discover(Fake, At("models")));
        await ListedAsync(lockkeeper, "traveller");
        (await lockkeeper.AnswerAsync("traveller")).ShouldStartWith("fake traveller ");

        using var unknown = await lockkeeper.AskAsync("traveler");
        var error = await unknown.ErrorAsync();
        (error.Status, error.Code).ShouldBe((404, "model_not_found"));
        error.Message.ShouldContain("Did you mean 'traveller'?");
    }

    [Fact]
    public async Task Two_models_of_one_name_are_a_409_that_names_both_until_one_is_gone()
    {
        foreach (var folder in (string[])["one", "two"])
        {
            File.Copy(Demo("demo-poet"), Path.Combine(_folder.CreateSubdirectory(folder).FullName, "same.gguf"));
        }

        File.Copy(Demo("demo-guide"), At("one/other.gguf"));
        await using var lockkeeper = await LockkeeperProcess.StartAsync(Discover(Fake, At("one"), At("two")));
        await ListedAsync(lockkeeper, "other");
        using var refused = await lockkeeper.AskAsync("same");
        var error = await refused.ErrorAsync();
        (error.Status, error.Code).ShouldBe((409, "model_ambiguous"));
        error.Message.ShouldContain(At("one/same.gguf"));
        error.Message.ShouldContain(At("two/same.gguf"));

        File.Delete(At("two/same.gguf"));
        await ListedAsync(lockkeeper, "other", "same");
        (await lockkeeper.AnswerAsync("same")).ShouldStartWith("fake same ");
    }

    [Fact]
    public async Task Folders_of_the_environment_are_served_by_the_engines_whose_presets_load_what_is_in_them()
    {
        _folder.CreateSubdirectory("gguf");
        File.Copy(Demo("demo-poet"), At("gguf/poet.gguf"));
        new SafetensorsBytes().ByMlx().Tensor("a.weight", "U32", 8, 8).WriteTo(At("mlx/apple/model.safetensors"));
        await File.WriteAllTextAsync(At("mlx/apple/config.json"), """{"model_type":"qwen3","quantization":{"bits":4,"group_size":64}}""");
        await using var lockkeeper = await LockkeeperProcess.StartAsync(
            $$"""
            engines:
              builtin: { preset: builtin }
              mlx: { preset: mlx-lm, command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}", --path, "{path}"] }
            models: { listed: { engine: builtin, path: "{{Demo("demo-guide")}}" } }
            """,
            variables: new Dictionary<string, string> { ["LOCKKEEPER_MODELS"] = At("gguf"), ["MLX_MODEL_DIR"] = At("mlx") });
        await ListedAsync(lockkeeper, "apple", "listed", "poet");
        (await lockkeeper.AnswerAsync("apple")).ShouldStartWith("fake apple ");
        (await lockkeeper.AnswerAsync("poet")).ShouldNotStartWith("fake");
    }

    private const string BuiltIn = "{ preset: builtin }";

    private static string Fake => $$"""{ command: ["{{FakeEngine.Executable}}", --port, "{port}", --id, "{id}", --path, "{path}"] }""";

    private static string Demo(string name) => Path.Combine(Repository.Root, "models", $"{name}.gguf");

    private static string Discover(string engine, params string[] folders) =>
        $"engines: {{ found: {engine} }}\ndiscover:\n{string.Concat(folders.Select(folder => $"  - {{ path: \"{folder}\", engines: {{ gguf: found }} }}\n"))}";

    private static async Task<string[]> IdsAsync(LockkeeperProcess lockkeeper) =>
        [.. (await lockkeeper.JsonAsync("/v1/models")).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];

    /// <summary>These models are listed, and no others.</summary>
    private static async Task ListedAsync(LockkeeperProcess lockkeeper, params string[] ids) =>
        await Eventually.True(async () => (await IdsAsync(lockkeeper)).SequenceEqual(ids), $"listed are [{string.Join(", ", ids)}]");

    private static async Task<string?> StateAsync(LockkeeperProcess lockkeeper) =>
        (await lockkeeper.JsonAsync("/admin/instances")).GetProperty("instances").EnumerateArray().Select(instance => instance.GetProperty("state").GetString()).FirstOrDefault();

    private string At(string relative) => relative.Length == 0 ? _folder.FullName : Path.Combine(_folder.FullName, relative);
}
