using Lockkeeper.Core.Config;
using Lockkeeper.Server.Config;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Config;

public sealed class ConfigInForceTests
{
    private string _text = Text("a");

    [Fact]
    public void A_sound_configuration_is_in_force_before_anybody_is_told_of_its_models()
    {
        var config = InForce(() => Read(_text), new ManualTime());
        List<string> told = [];
        config.Catalog.Changed += models => told.Add($"{string.Join(' ', models.Models.Select(model => model.Id))} with max_queue {config.Config.Scheduling.MaxQueue}");
        config.Applied += () => told.Add($"applied, {config.Catalog.Current.Models.Single().Id} is there");
        _text = Text("b") + "scheduling: { max_queue: 7 }\n";
        config.Reload(ReloadCause.Signal).Ok.ShouldBeTrue();
        told.ShouldBe(["b with max_queue 7", "applied, b is there"]);
        config.Catalog.Current.Models.ShouldHaveSingleItem().Id.Value.ShouldBe("b");
    }

    [Fact]
    public void A_bad_one_changes_nothing_and_its_problems_are_kept()
    {
        var time = new ManualTime();
        var config = InForce(() => Read(_text), time);
        var since = config.Since;
        config.Catalog.Changed += _ => throw new InvalidOperationException("nobody is to be told");
        _text = Text("b") + "sevrer: {}\n";
        time.Advance(TimeSpan.FromSeconds(5));
        var outcome = config.Reload(ReloadCause.Request);
        outcome.Problems.ShouldHaveSingleItem().Key.ShouldBe("sevrer");
        config.LastTry.ShouldBe(outcome);
        (config.Since, config.Config.Models.Keys.Single()).ShouldBe((since, "a"));
    }

    [Fact]
    public void A_fault_while_loading_changes_nothing_and_does_not_end_the_watch()
    {
        var config = InForce(() => _text.Length > 0 ? Read(_text) with { Files = new ConfigFiles("no-such-file", null) } : throw new NotSupportedException("no idea"), new ManualTime());
        _text = "";
        config.Reload(ReloadCause.Change).Problems.ShouldHaveSingleItem().ToString().ShouldBe("no-such-file: cannot be read, by a fault of Lockkeeper's own: no idea");
        config.Config.Models.Keys.ShouldBe(["a"]);
        config.Files!.Print.ShouldBe(config.Files.PrintNow(), "the same files are not to be loaded again and again");
    }

    [Fact]
    public void What_takes_a_restart_is_told_until_it_is_taken_back()
    {
        var config = InForce(() => Read(_text), new ManualTime());
        _text = Text("a") + "state_file: other.json\n";
        config.Reload(ReloadCause.Change);
        _text += "server: { listen: 'http://127.0.0.1:1' }\n";
        config.Reload(ReloadCause.Change);
        config.NeedRestart.Select(key => key.ToString()).ShouldBe(["server.listen", "state_file"]);
        _text = Text("a");
        config.Reload(ReloadCause.Change);
        config.NeedRestart.ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_file_there_is_nothing_to_load_again()
    {
        var settings = new ServeSettings { Config = new LockkeeperConfig(), Catalog = Core.Models.ModelCatalog.Of([]), Out = TextWriter.Null, Error = TextWriter.Null };
        var config = new ConfigInForce(settings, new ManualTime(), NullLoggerFactory.Instance);
        config.Reload(ReloadCause.Request).Problems.ShouldHaveSingleItem().Message.ShouldBe("is served without a file, so there is nothing to load again");
        config.Files.ShouldBeNull();
    }

    /// <summary>What <paramref name="load"/> gives is in force, and what it gives later is loaded.</summary>
    internal static ConfigInForce InForce(Func<ConfigResult> load, TimeProvider time)
    {
        var first = load().ShouldBeOfType<ConfigResult.Loaded>();
        var settings = new ServeSettings { Config = first.Config, Catalog = first.Catalog, Keys = first.Keys, Files = first.Files, Load = load, Out = TextWriter.Null, Error = TextWriter.Null };
        return new ConfigInForce(settings, time, NullLoggerFactory.Instance);
    }

    private static string Text(string model) => $"engines: {{ e: {{ command: [x, '{{port}}'] }} }}\nmodels: {{ {model}: {{ engine: e }} }}\n";

    private static ConfigResult Read(string text)
    {
        var draft = ConfigText.Read("f", text, KnownPresets.All);
        return draft.Problems.Count > 0
            ? new ConfigResult.Refused(draft.Problems)
            : new ConfigResult.Loaded(draft.Config, CatalogBuilder.Build(draft.Config, new ConfigFolder("/conf", "/people/me"), KnownPresets.All)) { StateFile = "/s" };
    }
}
