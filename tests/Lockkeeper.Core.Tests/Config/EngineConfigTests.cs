using System.Reflection;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class EngineConfigTests
{
    private static readonly EngineConfig Full = new()
    {
        Preset = "p",
        Lifecycle = Lifecycle.Process,
        Url = "http://127.0.0.1:1",
        Pool = "a",
        MaxConcurrency = 1,
        ToolParser = ToolDialect.Mistral,
        ReasoningFormat = ReasoningFormat.Think,
        PriorityField = true,
        Command = ["run"],
        Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "1" },
        Cwd = "/",
        Args = ["--fast"],
        Unit = "e.service",
        UnitScope = UnitScope.System,
        ApiKey = SecretSource.TryParse("env:KEY", out var key, out _) ? key : default,
        ControlHeaders = new Dictionary<string, string> { ["X-Admin"] = "env:ADMIN" },
        Ready = new ReadyConfig { Path = "/ready" },
        Stop = new StopConfig { Signal = "SIGINT" },
        Load = new ControlCallConfig { Path = "/load" },
        Unload = new ControlCallConfig { Path = "/unload" },
        List = new ListConfig { Path = "/list" },
        Dialects = [EngineDialect.Ollama],
        Capabilities = [Capability.Chat],
        RequestModel = "{path}",
        Sleep = true,
        ListModels = true,
        HealthLies = true,
        MaxLoaded = 3,
        LogFile = "e.log",
        StartTimeout = TimeSpan.FromSeconds(1),
        StopTimeout = TimeSpan.FromSeconds(2),
    };

    [Fact]
    public void An_empty_section_takes_every_key_of_its_preset()
    {
        foreach (var property in typeof(EngineConfig).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            property.GetValue(Full).ShouldNotBeNull($"the test must know {property.Name}");
            property.GetValue(new EngineConfig().Over(Full)).ShouldBe(property.GetValue(Full), property.Name);
        }
    }

    [Fact]
    public void A_full_section_takes_nothing_of_its_preset()
    {
        var other = new EngineConfig
        {
            Preset = "q",
            Lifecycle = Lifecycle.Attached,
            Url = "http://127.0.0.1:2",
            Pool = "b",
            MaxConcurrency = 2,
            PriorityField = false,
            Command = ["walk"],
            Cwd = "/q",
            Ready = new ReadyConfig { Path = "/q" },
            StartTimeout = TimeSpan.FromSeconds(3),
            StopTimeout = TimeSpan.FromSeconds(4),
        };
        Full.Over(other).ShouldBe(Full);
    }

    [Fact]
    public void Sections_within_are_joined_key_by_key()
    {
        var preset = new EngineConfig { Ready = new ReadyConfig { Path = "/health", Completion = true }, Load = new ControlCallConfig { Path = "/load", Method = "PUT" } };
        var whole = new EngineConfig { Ready = new ReadyConfig { Json = "status == ok" }, Load = new ControlCallConfig { Path = "/mine" } }.Over(preset);
        whole.Ready.ShouldBe(new ReadyConfig { Path = "/health", Json = "status == ok", Completion = true });
        whole.Load.ShouldBe(new ControlCallConfig { Path = "/mine", Method = "PUT" });
    }

    [Fact]
    public void Variables_are_joined_and_the_sections_own_win()
    {
        var own = new EngineConfig { Env = new Dictionary<string, string> { ["B"] = "2", ["C"] = "2" } };
        own.Over(Full).Env.ShouldBe(new Dictionary<string, string> { ["A"] = "1", ["B"] = "2", ["C"] = "2" }, ignoreOrder: true);
    }
}
