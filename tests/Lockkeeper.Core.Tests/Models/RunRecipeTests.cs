using System.Collections.Immutable;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Models;

public sealed class RunRecipeTests
{
    private static readonly EngineSpec Engine = new() { Name = "e", Command = ["x", "--model", "{path}", "--port", "{port}"], ApiKey = new Secret("k") };

    private static readonly ModelSpec Model = new() { Id = new ModelId("m"), Engine = Engine, Path = "/a", Values = Values(("path", "/a"), ("temp", "1")) };

    public static TheoryData<string> Same => [.. Alike.Keys];

    public static TheoryData<string> Other => [.. Different.Keys];

    private static Dictionary<string, ModelSpec> Alike { get; } = new()
    {
        ["built again"] = Model with { Engine = Engine with { Command = ["x", "--model", "{path}", "--port", "{port}"] }, Values = Values(("temp", "1"), ("path", "/a")) },
        ["aliases"] = Model with { Aliases = ["b"] },
        ["priority"] = Model with { Priority = Priority.High },
        ["limits"] = Model with { MaxConcurrency = 9, RequestTimeout = TimeSpan.FromSeconds(1), IdleTimeout = TimeSpan.FromSeconds(1) },
        ["shaping"] = Model with { Shape = RequestShape.Of(new RequestShaping { MaxPromptChars = 1 }) },
        ["a value the command does not hold"] = Model with { Values = Values(("path", "/a"), ("temp", "2")) },
        ["time limits of the engine"] = Model with { Engine = Engine with { StartTimeout = TimeSpan.FromSeconds(1), StopTimeout = TimeSpan.FromSeconds(1) } },
        ["the engine's name"] = Model with { Engine = Engine with { Name = "other" } },
    };

    private static Dictionary<string, ModelSpec> Different { get; } = new()
    {
        ["command"] = Model with { Engine = Engine with { Command = ["y", "--model", "{path}", "--port", "{port}"] } },
        ["environment"] = Model with { Engine = Engine with { Environment = ImmutableDictionary<string, string?>.Empty.Add("A", "1") } },
        ["a value the command holds"] = Model with { Values = Values(("path", "/b"), ("temp", "1")) },
        ["path"] = Model with { Path = "/b" },
        ["url"] = Model with { Engine = Engine with { Url = new Uri("http://127.0.0.1:1") } },
        ["lifecycle"] = Model with { Engine = Engine with { Lifecycle = Lifecycle.Attached } },
        ["folder"] = Model with { Engine = Engine with { WorkingDirectory = "/w" } },
        ["log"] = Model with { Engine = Engine with { LogFile = "/l" } },
        ["unit"] = Model with { Engine = Engine with { Unit = "u" } },
        ["key"] = Model with { Engine = Engine with { ApiKey = new Secret("other") } },
        ["what it is loaded with"] = Model with { Engine = Engine with { Load = new ControlCallConfig { Path = "/load" } } },
    };

    [Theory]
    [MemberData(nameof(Same))]
    public void What_is_looked_up_for_each_request_is_no_ingredient(string what) => new RunRecipe(Alike[what]).ShouldBe(new RunRecipe(Model));

    [Theory]
    [MemberData(nameof(Other))]
    public void What_a_run_is_made_of_makes_another_run(string what) => new RunRecipe(Different[what]).ShouldNotBe(new RunRecipe(Model));

    private static ImmutableDictionary<string, string> Values(params (string Name, string Value)[] values) => values.ToImmutableDictionary(value => value.Name, value => value.Value);
}
