using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class DiscoverRulesTests
{
    private static readonly Dictionary<string, EnginePreset> Presets = new()
    {
        ["llama"] = new EnginePreset { Name = "llama", Engine = new EngineConfig { Command = ["run", "{path}", "{port}"] }, Loads = [ModelFormat.Gguf] },
        ["mlx"] = new EnginePreset { Name = "mlx", Engine = new EngineConfig { Command = ["run", "{path}", "{port}"] }, Loads = [ModelFormat.Mlx, ModelFormat.Hub] },
        ["far"] = new EnginePreset { Name = "far", Engine = new EngineConfig { Lifecycle = Lifecycle.Cloud, Url = "https://api.example.org" } },
    };

    private static readonly Dictionary<string, EngineConfig> Engines = new()
    {
        ["llama"] = new() { Preset = "llama" },
        ["mlx"] = new() { Preset = "mlx" },
        ["far"] = new() { Preset = "far" },
        ["unit"] = new() { Lifecycle = Lifecycle.Systemd, Unit = "u.service", Url = "http://127.0.0.1:1" },
        ["own"] = new() { Command = ["own", "{path}", "{port}"] },
        ["wants"] = new() { Command = ["own", "{path}", "{port}", "{context_length}"] },
    };

    [Fact]
    public void Folders_alone_are_something_to_serve() =>
        ConfigRules.Check(new LockkeeperConfig { Engines = new Dictionary<string, EngineConfig> { ["llama"] = Engines["llama"] }, Discover = [Folder("a", gguf: "llama")] }, new ConfigPositions("f"), Presets).ShouldBeEmpty();

    [Fact]
    public void Each_kind_has_an_engine_that_loads_it_and_one_of_the_users_own_is_believed() =>
        Problems(Folder("a", gguf: "llama", mlx: "mlx", safetensors: "own"), Folder("b", gguf: "own", mlx: "own")).ShouldBeEmpty();

    [Fact]
    public void An_engine_that_is_not_there_is_named_with_its_line_and_the_nearest() =>
        Problems(Folder("a", gguf: "lama")).ShouldBe(["f:9: discover[0].engines.gguf: there is no engine 'lama'; did you mean 'llama'?"]);

    [Fact]
    public void An_engine_that_does_not_load_the_kind_is_refused_with_those_that_do() => Problems(Folder("a", mlx: "llama", safetensors: "mlx")).ShouldBe(
    [
        "f: discover[0].engines.mlx: 'llama' has the preset 'llama', which loads gguf and not mlx; these do: mlx",
        "f: discover[0].engines.safetensors: 'mlx' has the preset 'mlx', which loads mlx, hub and not safetensors",
    ]);

    [Fact]
    public void A_cloud_and_a_unit_load_nothing_that_is_found() => Problems(Folder("a", gguf: "far", mlx: "unit")).ShouldBe(
    [
        "f:9: discover[0].engines.gguf: 'far' is a cloud (lifecycle: cloud), which cannot load files of this machine",
        "f: discover[0].engines.mlx: 'unit' is one unit with one model (lifecycle: systemd); list that under models",
    ]);

    [Fact]
    public void A_command_that_wants_more_than_files_tell_is_refused() => Problems(Folder("a", mlx: "wants")).ShouldBe(
        ["f: discover[0].engines.mlx: the command of its engine holds {context_length}, for which a model that is found has no value; write it into engines.wants, or list the models"]);

    [Theory]
    [InlineData("", "is empty; name a file or folder, or remove the key")]
    [InlineData("a\0b", "holds a NUL character, which no file name has")]
    public void A_path_is_one(string path, string problem) => Problems(Folder(path, gguf: "llama")).ShouldBe([$"f:8: discover[0].path: {problem}"]);

    [Theory]
    [InlineData("/models", "/models/")]
    [InlineData("models", "./models")]
    [InlineData("~/a/b", "~/a//b")]
    public void One_folder_stands_in_one_entry(string first, string second) =>
        Problems(Folder(first, gguf: "llama"), Folder(second, mlx: "mlx")).ShouldBe(["f: discover[1].path: is the folder of discover[0] on line 8 already; name all its engines there"]);

    [Fact]
    public void Folders_that_only_look_alike_are_two() => Problems(Folder("models", gguf: "llama"), Folder("/models", gguf: "llama"), Folder("~/models", gguf: "llama")).ShouldBeEmpty();

    [Fact]
    public void Without_an_engine_nothing_would_be_found() =>
        Problems(Folder("a")).ShouldHaveSingleItem().ShouldStartWith("f: discover[0].engines: is missing; say which engine serves which kind of file");

    [Fact]
    public void Who_fetches_from_the_hub_is_named() =>
        Problems(Folder("a", gguf: "llama") with { AutoPull = true }).ShouldBe(["f: discover[0].auto_pull: is for engines that fetch models from the hub; name one as engines.mlx or engines.safetensors"]);

    private static DiscoverConfig Folder(string path, string? gguf = null, string? mlx = null, string? safetensors = null) =>
        new() { Path = path, Engines = new DiscoverEnginesConfig { Gguf = gguf, Mlx = mlx, Safetensors = safetensors } };

    private static IReadOnlyList<string> Problems(params DiscoverConfig[] folders)
    {
        var positions = new ConfigPositions("f");
        positions.Mark(ConfigKey.Top("discover").Item(0) / "path", 8);
        positions.Mark(ConfigKey.Top("discover").Item(0) / "engines" / "gguf", 9);
        var findings = new ConfigFindings(positions);
        DiscoverRules.Check(new LockkeeperConfig { Engines = Engines, Discover = folders }, Presets, findings);
        return [.. findings.Problems.Select(problem => problem.ToString())];
    }
}
