using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class PresetConditionTests
{
    private static readonly ModelConfig Seeing = new() { Engine = "e", Capabilities = [Capability.Chat, Capability.Vision] };
    private static readonly Dictionary<string, string> Values = new() { ["fit"] = "on", ["threads"] = "4" };

    public static TheoryData<string, bool> Conditions => new()
    {
        { "nothing", true },
        { "type chat", true },
        { "type embedding", false },
        { "can vision", true },
        { "can vision and tools", false },
        { "cannot tools", true },
        { "cannot vision", false },
        { "fit is on", true },
        { "fit is off", false },
        { "temp is 1", false },
        { "fit is not off", true },
        { "fit is not on", false },
        { "temp is not 1", true },
        { "lacks temp", true },
        { "lacks threads", false },
        { "sleep", false },
        { "no sleep", true },
        { "fit is on but type embedding", false },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public void Everything_that_is_said_must_hold(string said, bool holds) => Condition(said).Holds(Seeing, sleep: false, Values).ShouldBe(holds);

    [Fact]
    public void An_engine_that_sleeps_is_told_apart()
    {
        Condition("sleep").Holds(Seeing, sleep: true, Values).ShouldBeTrue();
        Condition("no sleep").Holds(Seeing, sleep: true, Values).ShouldBeFalse();
    }

    private static PresetCondition Condition(string said) => said switch
    {
        "type chat" => new() { Type = [ModelType.Rerank, ModelType.Chat] },
        "type embedding" => new() { Type = [ModelType.Embedding] },
        "can vision" => new() { Can = [Capability.Vision] },
        "can vision and tools" => new() { Can = [Capability.Vision, Capability.Tools] },
        "cannot tools" => new() { Cannot = [Capability.Tools] },
        "cannot vision" => new() { Cannot = [Capability.Tools, Capability.Vision] },
        "fit is on" => new() { Is = One("fit", "on") },
        "fit is off" => new() { Is = One("fit", "off") },
        "temp is 1" => new() { Is = One("temp", "1") },
        "fit is not off" => new() { IsNot = One("fit", "off") },
        "fit is not on" => new() { IsNot = One("fit", "on") },
        "temp is not 1" => new() { IsNot = One("temp", "1") },
        "lacks temp" => new() { Lacks = ["temp"] },
        "lacks threads" => new() { Lacks = ["temp", "threads"] },
        "sleep" => new() { Sleep = true },
        "no sleep" => new() { Sleep = false },
        "fit is on but type embedding" => new() { Is = One("fit", "on"), Type = [ModelType.Embedding] },
        _ => new(),
    };

    private static Dictionary<string, string> One(string name, string value) => new() { [name] = value };
}
