using Lockkeeper.Server.Engines.Presets;
using Lockkeeper.Server.Tests.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Presets;

public sealed class PresetShelfTests
{
    private readonly List<string> _read = [];
    private readonly PresetShelf _shelf;

    public PresetShelfTests() => _shelf = new PresetShelf(["a", "b"], name =>
    {
        _read.Add(name);
        return KnownPresets.All["vllm"] with { Name = name };
    });

    [Fact]
    public void To_know_their_names_none_is_read()
    {
        _shelf.Keys.Order().ShouldBe(["a", "b"]);
        _shelf.Count.ShouldBe(2);
        _shelf.ContainsKey("a").ShouldBeTrue();
        _shelf.TryGetValue("c", out var none).ShouldBeFalse();
        none.ShouldBeNull();
        _read.ShouldBeEmpty();
    }

    [Fact]
    public void One_is_read_when_it_is_asked_for_and_once()
    {
        _shelf.TryGetValue("b", out var preset).ShouldBeTrue();
        preset!.Name.ShouldBe("b");
        _shelf["b"].ShouldBeSameAs(preset);
        _read.ShouldBe(["b"]);
    }

    [Fact]
    public void All_are_read_to_be_looked_through()
    {
        _shelf.Values.Select(preset => preset.Name).Order().ShouldBe(["a", "b"]);
        _shelf.ToDictionary().Keys.Order().ShouldBe(["a", "b"]);
        _read.Order().ShouldBe(["a", "b"]);
    }
}
