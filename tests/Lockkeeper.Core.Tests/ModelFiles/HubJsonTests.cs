using System.Text;
using Lockkeeper.Core.ModelFiles;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.ModelFiles;

public sealed class HubJsonTests
{
    [Theory]
    [InlineData("""{"chat_template":"{{ x }}"}""", "{{ x }}")]
    [InlineData("""{"bos_token":{"chat_template":"no"},"chat_template":"yes"}""", "yes")]
    [InlineData("""{"chat_template":[{"name":"rag","template":"no"},{"template":"yes","name":"default"}]}""", "yes")]
    [InlineData("""{"chat_template":[{"name":"rag","template":"no"}]}""", null)]
    [InlineData("""{"chat_template":null}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("[]", null)]
    [InlineData("""{"chat_template":"\ud800"}""", null)]
    public void The_default_template_is_found(string json, string? template) => HubJson.ChatTemplate(Encoding.UTF8.GetBytes(json)).ShouldBe(template);

    [Fact]
    public void An_index_names_its_files_once() =>
        HubJson.Shards("""{"metadata":{},"weight_map":{"a":"x.safetensors","b":"y.safetensors","c":"x.safetensors"}}"""u8)!.ShouldBe(["x.safetensors", "y.safetensors"], ignoreOrder: true);

    [Theory]
    [InlineData("""{"weight_map":{"a":"../../etc/passwd"}}""")]
    [InlineData("""{"weight_map":{"a":5}}""")]
    [InlineData("""{"weight_map":{}}""")]
    [InlineData("nonsense")]
    public void An_index_that_names_none_or_leads_away_is_none(string json) => HubJson.Shards(Encoding.UTF8.GetBytes(json)).ShouldBeNull();

    [Fact]
    public void A_configuration_too_deep_or_too_large_is_none()
    {
        HubJson.Config(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"a":""", 40)) + "1" + new string('}', 40))).ShouldBeNull();
        HubJson.Config(Encoding.UTF8.GetBytes($$"""{"a":"{{new string('x', 1024 * 1024)}}"}""")).ShouldBeNull();
        HubJson.Config("[]"u8).ShouldBeNull();
    }
}
