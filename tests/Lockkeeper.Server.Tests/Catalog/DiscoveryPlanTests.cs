using Lockkeeper.Core.Models;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Config;
using Lockkeeper.Server.Tests.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Catalog;

public sealed class DiscoveryPlanTests
{
    private static readonly Dictionary<string, string> Environment = new() { ["LOCKKEEPER_MODELS"] = "/one:relative:", ["MLX_MODEL_DIR"] = "~/mlx", ["HF_HOME"] = "/hf" };

    [Fact]
    public void Folders_of_the_environment_are_served_by_the_engines_of_the_first_entry()
    {
        var plan = Plan("engines: { a: { preset: builtin }, b: { command: [b, '{port}'] } }\ndiscover: [{ path: models, engines: { gguf: b } }, { path: /hf/hub, engines: { gguf: a } }]");
        plan.Roots.Select(root => (root.Path, root.EngineFor(ModelFormat.Gguf))).ShouldBe([("/conf/models", "b"), ("/hf/hub", "a"), ("/one", "b"), ("/conf/relative", "b"), ("/people/me/mlx", "b")]);
    }

    [Fact]
    public void Without_an_entry_each_kind_is_served_by_the_first_engine_whose_preset_loads_it()
    {
        var plan = Plan("engines: { own: { command: [b, '{port}'] }, first: { preset: builtin }, second: { preset: builtin } }");
        plan.Roots.Select(root => root.Path).ShouldBe(["/one", "/conf/relative", "/people/me/mlx", "/hf/hub"]);
        (plan.Roots[0].EngineFor(ModelFormat.Gguf), plan.Roots[0].EngineFor(ModelFormat.Mlx)).ShouldBe(("first", null));
    }

    [Fact]
    public void Without_an_engine_that_loads_anything_no_folder_is_looked_through() => Plan("engines: { own: { command: [b, '{port}'] } }").Roots.ShouldBeEmpty();

    private static DiscoveryPlan Plan(string yaml) =>
        DiscoveryPlan.Of(ConfigText.Read("f", yaml, KnownPresets.All).Config, new ConfigFolder("/conf", "/people/me"), KnownPresets.All, name => Environment.GetValueOrDefault(name));
}
