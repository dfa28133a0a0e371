using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Detection;
using Lockkeeper.Server.Tests.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Detection;

public sealed class FirstConfigTests
{
    private static readonly FoundFolder Folder = new("/opt/models", new Dictionary<ModelKind, int> { [ModelKind.Gguf] = 2, [ModelKind.Safetensors] = 1 });

    [Fact]
    public void What_runs_is_used_as_it_is_and_folders_are_served()
    {
        var text = FirstConfig.Write(
            new Findings([new("http://127.0.0.1:11434", "ollama", ["llama3:8b"]), new("http://127.0.0.1:8000", "vllm", ["org/m", "LLAMA3:8B"]), new("http://127.0.0.1:5000", "tabbyapi", [])], [], [Folder]), KnownPresets.All)!;
        var draft = ConfigText.Read("f", text, KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        draft.Config.Models.Keys.ShouldBe(["llama3:8b", "org/m"]);
        draft.Config.Engines.Keys.ShouldBe(["ollama", "vllm", "builtin"]);
        draft.Config.Pools["running"].ShouldSatisfyAllConditions(pool => pool.Policy.ShouldBe(PoolPolicy.Fit), pool => pool.Serialize.ShouldBeTrue());
        draft.Config.Discover.ShouldHaveSingleItem().Engines.ShouldBe(new() { Gguf = "builtin" });
        text.ShouldContain("# Folders whose models are served as they are found.");
        text.ShouldContain("# 'LLAMA3:8B' of vllm has the name of a model above");
    }

    [Fact]
    public void Hostile_names_stay_names()
    {
        const string Name = "a: {b} #\"\u202E'";
        var draft = ConfigText.Read("f", FirstConfig.Write(new Findings([new("http://127.0.0.1:1", "vllm", [Name])], [], []), KnownPresets.All)!, KnownPresets.All);
        draft.Problems.ShouldBeEmpty();
        draft.Config.Models.Keys.ShouldBe([Name]);
    }

    [Fact]
    public void Of_nothing_there_is_nothing_to_write() => FirstConfig.Write(new Findings([new("http://127.0.0.1:1", null, [])], [], []), KnownPresets.All).ShouldBeNull();

    [Fact]
    public void The_example_is_sound() => ConfigText.Read("f", Example.In("/opt/lock keeper"), KnownPresets.All).ShouldSatisfyAllConditions(
        draft => draft.Problems.ShouldBeEmpty(), draft => draft.Config.Models["demo-guide"].Path.ShouldBe("/opt/lock keeper/models/demo-guide.gguf"));
}
