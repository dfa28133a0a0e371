using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class ConfigDiffTests
{
    private static readonly LockkeeperConfig Base = new()
    {
        Server = new ServerConfig { Cors = ["https://a.example"] },
        Engines = new OrderedDictionary<string, EngineConfig> { ["e"] = new() { Command = ["x", "{port}"], Env = new OrderedDictionary<string, string> { ["A"] = "1" } } },
        Models = new OrderedDictionary<string, ModelConfig> { ["a.b"] = new() { Engine = "e" }, ["c"] = new() { Engine = "e", Aliases = ["see"] } },
    };

    [Fact]
    public void A_configuration_differs_in_nothing_from_one_that_says_the_same() => Diff(Base with { Server = Base.Server with { Cors = ["https://a.example"] } }).ShouldBeEmpty();

    [Fact]
    public void Entries_that_come_and_go_are_named_whole_and_what_changes_by_its_key() => Diff(Base with
    {
        StateFile = "s.json",
        Scheduling = new SchedulingConfig { MaxWait = new MaxWaitConfig { Low = TimeSpan.FromHours(1) } },
        Models = new OrderedDictionary<string, ModelConfig> { ["c"] = new() { Engine = "e", Pinned = true }, ["d"] = new() { Engine = "e" } },
        Engines = new OrderedDictionary<string, EngineConfig> { ["e"] = new() { Command = ["y", "{port}"], Env = new OrderedDictionary<string, string> { ["B"] = "1" } } },
    }).ShouldBe(
    [
        "scheduling.max_wait.low (changed)",
        "engines.e.command (changed)", "engines.e.env.A (removed)", "engines.e.env.B (added)",
        "models.a.b (removed)", "models.c.aliases (changed)", "models.c.pinned (changed)", "models.d (added)",
        "state_file (added)",
    ]);

    [Fact]
    public void The_other_way_round_what_came_goes()
    {
        var other = Base with { Models = new OrderedDictionary<string, ModelConfig> { ["new"] = new() { Engine = "e" } } };
        ConfigDiff.Of(other, Base).Select(difference => difference.ToString()).ShouldBe(["models.new (removed)", "models.a.b (added)", "models.c (added)"]);
    }

    [Fact]
    public void The_address_and_the_state_file_take_a_restart()
    {
        var next = Base with { StateFile = "s.json", Server = Base.Server with { Listen = "http://127.0.0.1:1", AllowAnonymous = true } };
        ConfigDiff.NeedRestart(ConfigDiff.Of(Base, next)).Select(key => key.ToString()).ShouldBe(["server.listen", "state_file"]);
    }

    /// <summary>Whatever key of whatever section is changed: that key is named, and no other.</summary>
    [Fact]
    public void Every_single_change_is_found_and_nothing_besides()
    {
        var tried = 0;
        foreach (var (section, lay) in Sections())
        {
            foreach (var property in ConfigProperty.Of(section.GetType()).Where(property => ScalarOtherThan(property.Type, property.Property.GetValue(section)) is not null))
            {
                var changed = Activator.CreateInstance(section.GetType())!;
                foreach (var same in ConfigProperty.Of(section.GetType()))
                {
                    same.Property.SetValue(changed, same.Property.GetValue(section));
                }

                property.Property.SetValue(changed, ScalarOtherThan(property.Type, property.Property.GetValue(section)));
                var (config, prefix) = lay(changed);
                ConfigDiff.Of(Base, config).ShouldHaveSingleItem().Key.ToString().ShouldBe(prefix + property.Key);
                tried++;
            }
        }

        tried.ShouldBeGreaterThan(50);
    }

    private static IEnumerable<(object Section, Func<object, (LockkeeperConfig Config, string Prefix)> Lay)> Sections()
    {
        yield return (Base.Server, changed => (Base with { Server = (ServerConfig)changed }, "server."));
        yield return (Base.Scheduling, changed => (Base with { Scheduling = (SchedulingConfig)changed }, "scheduling."));
        yield return (Base.Engines["e"], changed => (Base with { Engines = new OrderedDictionary<string, EngineConfig> { ["e"] = (EngineConfig)changed } }, "engines.e."));
        yield return (Base.Models["c"], changed => (Base with { Models = new OrderedDictionary<string, ModelConfig> { ["a.b"] = Base.Models["a.b"], ["c"] = (ModelConfig)changed } }, "models.c."));
    }

    private static object? ScalarOtherThan(Type type, object? value) =>
        type == typeof(string) ? $"{value}x"
        : type == typeof(bool) ? value is not true
        : type == typeof(int) ? (value as int? ?? 0) + 1
        : type == typeof(double) ? (value as double? ?? 0) + 1
        : type == typeof(TimeSpan) ? (value as TimeSpan? ?? TimeSpan.Zero) + TimeSpan.FromSeconds(1)
        : type.IsEnum ? Enum.GetValues(type).Cast<object>().First(other => !other.Equals(value))
        : null;

    private static IEnumerable<string> Diff(LockkeeperConfig next) => ConfigDiff.Of(Base, next).Select(difference => difference.ToString());
}
