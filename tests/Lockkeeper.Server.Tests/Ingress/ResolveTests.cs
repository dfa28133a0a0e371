using System.Buffers;
using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
using Lockkeeper.Server.Security;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Ingress;

public sealed class ResolveTests
{
    private static readonly ModelCatalog Catalog = ModelCatalog.Of(
    [
        new ModelSpec
        {
            Id = new ModelId("qwen3-8b"),
            Engine = new EngineSpec { Name = "e", Command = ["none"] },
            Aliases = ["reasoning"],
            Priority = Priority.Low,
        },
        new ModelSpec { Id = new ModelId("qwen3-4b"), Engine = new EngineSpec { Name = "v", Command = ["none"], PriorityField = true } },
    ]);

    [Theory]
    [InlineData("qwen3-8b")]
    [InlineData("QWEN3-8B")]
    [InlineData("reasoning")]
    public void A_model_is_found_by_id_and_alias_whatever_the_case(string asked) => Resolved($$"""{"model":"{{asked}}"}""").Model.Id.Value.ShouldBe("qwen3-8b");

    [Theory]
    [InlineData("", null, "Low")]
    [InlineData("", "high", "High")]
    [InlineData(""","priority":"critical" """, "high", "Critical")]
    [InlineData(""","priority":4""", "nonsense", "Background")]
    public void The_priority_is_the_bodys_else_the_headers_else_the_models(string member, string? header, string expected) =>
        Resolved($$"""{"model":"reasoning"{{member}}}""", header).Priority.ToString().ShouldBe(expected);

    [Theory]
    [InlineData("", null, "High")]
    [InlineData("", "background", "Background")]
    [InlineData(""","priority":"medium" """, "background", "Medium")]
    [InlineData(""","priority":0""", null, "High")]
    [InlineData("", "critical", "High")]
    public void A_key_comes_before_the_model_and_its_best_is_the_best_there_is(string member, string? header, string expected) =>
        Resolved($$"""{"model":"reasoning"{{member}}}""", header, Of(new() { Name = "k", Key = default, Priority = Priority.High, MaxPriority = Priority.High })).Priority.ToString().ShouldBe(expected);

    [Theory]
    [InlineData("1000")]
    [InlineData("-5")]
    public void A_number_that_is_no_priority_is_for_engines_that_have_the_field(string written)
    {
        Resolved($$"""{"model":"qwen3-4b","priority":{{written}}}""").Priority.ShouldBe(Priority.Medium);
        Resolved($$"""{"model":"qwen3-4b","priority":{{written}}}""", "low").Priority.ShouldBe(Priority.Low);
        var error = Refused($$"""{"model":"qwen3-8b","priority":{{written}}}""").ShouldBeOfType<RouterError.FieldInvalid>();
        (error.Field, error.Message).ShouldBe(("priority", "'priority' must be critical, high, medium, low, background or 0 to 4."));
    }

    [Fact]
    public void A_model_that_is_not_for_the_key_is_refused_and_never_proposed()
    {
        var caller = Of(new() { Name = "k", Key = default, Models = ["qwen3-4b"] });
        var error = Refused("""{"model":"reasoning"}""", null, caller).ShouldBeOfType<RouterError.ModelForbidden>();
        (error.Status, error.Code, error.Field).ShouldBe((403, "model_forbidden", "model"));
        error.Message.ShouldBe("The API key 'k' may not use the model 'reasoning' (server.api_keys, models). GET /v1/models lists those it may use.");
        var near = Refused("""{"model":"qwen3-7b"}""", null, caller).ShouldBeOfType<RouterError.ModelUnknown>();
        near.Message.ShouldContain("'qwen3-4b'");
        near.Message.ShouldNotContain("'qwen3-8b'");
    }

    [Fact]
    public void A_priority_in_the_header_that_is_none_is_refused_by_its_name() =>
        Refused("""{"model":"reasoning"}""", "urgent").ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe("X-Priority");

    [Fact]
    public void An_unknown_model_is_refused_with_the_near_ones() =>
        Refused("""{"model":"qwen3-8"}""").ShouldBeOfType<RouterError.ModelUnknown>().Message.ShouldContain("'qwen3-8b'");

    [Fact]
    public void A_disabled_model_is_refused_under_all_its_names()
    {
        var catalog = ModelCatalog.Of([Catalog.Models[0] with { Enabled = false }]);
        foreach (var name in new[] { "qwen3-8b", "REASONING" })
        {
            var error = Refused($$"""{"model":"{{name}}"}""", catalog: catalog).ShouldBeOfType<RouterError.ModelDisabled>();
            (error.Status, error.Code, error.Field).ShouldBe((503, "model_disabled", "model"));
        }

        Refused("""{"model":"reasoning"}""", caller: Of(new() { Name = "k", Key = default, Models = ["qwen3-4b"] }), catalog: catalog).ShouldBeOfType<RouterError.ModelForbidden>();
    }

    [Fact]
    public void A_name_that_stands_for_two_found_models_is_refused_with_both_paths()
    {
        var found = Catalog.Models[1] with { Id = new ModelId("org/x"), Discovered = true };
        var catalog = ModelCatalog.Of(Catalog.Models, [found with { Path = "/one" }, found with { Path = "/two" }]);
        var error = Refused("""{"model":"Org/X"}""", catalog: catalog).ShouldBeOfType<RouterError.ModelAmbiguous>();
        (error.Status, error.Code, error.Field).ShouldBe((409, "model_ambiguous", "model"));
        error.Message.ShouldContain("'/one' and '/two'");
        Refused("""{"model":"Org/X"}""", caller: Of(new() { Name = "k", Key = default, Models = ["qwen3-4b"] }), catalog: catalog).ShouldBeOfType<RouterError.ModelUnknown>();
    }

    [Fact]
    public void A_name_that_nobody_has_may_become_a_model_for_callers_that_may_use_every_model()
    {
        List<string> asked = [];
        ModelSpec? Pull(string name)
        {
            asked.Add(name);
            return name == "org/new" ? Catalog.Models[0] with { Id = new ModelId(name) } : null;
        }

        Ask("""{"model":"org/new"}""", null, null, Catalog, Pull).Holds(out var resolved, out _).ShouldBeTrue();
        resolved.Model.Id.Value.ShouldBe("org/new");
        Ask("""{"model":"other"}""", null, null, Catalog, Pull).Error.ShouldBeOfType<RouterError.ModelUnknown>();
        Ask("""{"model":"org/new"}""", null, Of(new() { Name = "k", Key = default, Models = ["qwen3-4b"] }), Catalog, Pull).Error.ShouldBeOfType<RouterError.ModelUnknown>();
        Ask("""{"model":"reasoning"}""", null, null, Catalog, Pull).Error.ShouldBeNull();
        asked.ShouldBe(["org/new", "other"]);
    }

    private static Caller Of(ApiKeyConfig given) => Caller.Of(given, Catalog, new ManualTime());

    private static Resolved Resolved(string body, string? header = null, Caller? caller = null) =>
        Ask(body, header, caller).Holds(out var resolved, out var error) ? resolved : throw new ShouldAssertException(error.Message);

    private static RouterError Refused(string body, string? header = null, Caller? caller = null, ModelCatalog? catalog = null) => Ask(body, header, caller, catalog).Error.ShouldNotBeNull();

    private static Checked<Resolved> Ask(string body, string? header, Caller? caller, ModelCatalog? catalog = null, Func<string, ModelSpec?>? pull = null)
    {
        BodyPeek.Scan(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out var facts, out _).ShouldBeTrue();
        var headers = new HeaderDictionary();
        if (header is not null)
        {
            headers["X-Priority"] = header;
        }

        return Resolve.Model(catalog ?? Catalog, headers, caller ?? Caller.Local, new Peeked(null!, facts), pull);
    }
}
