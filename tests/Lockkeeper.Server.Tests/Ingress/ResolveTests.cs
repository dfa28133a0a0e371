using System.Buffers;
using System.Text;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Ingress;
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

    [Fact]
    public void A_priority_in_the_header_that_is_none_is_refused_by_its_name() =>
        Refused("""{"model":"reasoning"}""", "urgent").ShouldBeOfType<RouterError.FieldInvalid>().Field.ShouldBe("X-Priority");

    [Fact]
    public void An_unknown_model_is_refused_with_the_near_ones() =>
        Refused("""{"model":"qwen3-8"}""").ShouldBeOfType<RouterError.ModelUnknown>().Message.ShouldContain("'qwen3-8b'");

    private static Resolved Resolved(string body, string? header = null) => Ask(body, header).Holds(out var resolved, out var error) ? resolved : throw new ShouldAssertException(error.Message);

    private static RouterError Refused(string body, string? header = null) => Ask(body, header).Error.ShouldNotBeNull();

    private static Checked<Resolved> Ask(string body, string? header)
    {
        BodyPeek.Scan(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body))).Holds(out var facts, out _).ShouldBeTrue();
        var headers = new HeaderDictionary();
        if (header is not null)
        {
            headers["X-Priority"] = header;
        }

        return Resolve.Model(Catalog, headers, new Peeked(null!, facts));
    }
}
