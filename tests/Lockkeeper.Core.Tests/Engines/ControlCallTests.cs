using System.Text;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Engines;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Engines;

public sealed class ControlCallTests
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["{id}"] = "7",
        ["{context_length}"] = "4096",
        ["{temp}"] = "0.5",
        ["{name}"] = "a/b \"c\"",
        ["{instance}"] = "x:1",
        ["{quantization}"] = "0x10",
    };

    [Theory]
    [InlineData("{\"m\":\"{name}\"}", "{\"m\":\"a/b \\u0022c\\u0022\"}")]
    [InlineData("{\"n\":\"{context_length}\",\"t\":\"{temp}\"}", "{\"n\":4096,\"t\":0.5}")]
    [InlineData("{\"m\":\"{id}\",\"i\":\"{instance}\"}", "{\"m\":\"7\",\"i\":\"x:1\"}")]
    [InlineData("{\"m\":\"ctx={context_length}\"}", "{\"m\":\"ctx=4096\"}")]
    [InlineData("{\"q\":\"{quantization}\"}", "{\"q\":\"0x10\"}")]
    [InlineData("{\"k\":\"{cache_type_k}\",\"o\":{\"k\":\"{cache_type_k}\",\"n\":1},\"z\":[true,null,-1]}", "{\"o\":{\"n\":1},\"z\":[true,null,-1]}")]
    public void A_body_is_filled_in(string body, string filled)
    {
        using var json = System.Text.Json.JsonDocument.Parse(body);
        var fields = new JsonFields(json.RootElement.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value.GetRawText())));
        Fill(new ControlCallConfig { Path = "/x", Body = fields }, out var call).ShouldBeNull();
        Encoding.UTF8.GetString(call!.Body.Span).ShouldBe(filled);
    }

    [Fact]
    public void A_path_is_filled_in_and_escaped()
    {
        Fill(new ControlCallConfig { Path = "/models/{name}?n={context_length}", Method = "PUT" }, out var call).ShouldBeNull();
        (call!.Method, call.Path, call.Body.Length).ShouldBe(("PUT", "/models/a%2Fb%20%22c%22?n=4096", 0));
    }

    [Fact]
    public void A_path_with_a_hole_in_it_is_none() => Fill(new ControlCallConfig { Path = "/models/{mmproj}" }, out _).ShouldBe("{mmproj}");

    private static string? Fill(ControlCallConfig config, out ControlCall? call) => ControlCall.TryFill(config, Values.GetValueOrDefault, out call, out var missing) ? null : missing;
}
