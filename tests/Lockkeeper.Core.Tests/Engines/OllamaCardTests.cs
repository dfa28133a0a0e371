using System.Text.Json;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Engines;

public sealed class OllamaCardTests
{
    [Theory]
    [InlineData("8.2B", 8_200_000_000L)]
    [InlineData("334.09M", 334_090_000L)]
    [InlineData("512K", 512_000L)]
    [InlineData("8x7B", null)]
    [InlineData("", null)]
    [InlineData("1e9B", null)]
    [InlineData("99999999999999999999B", null)]
    public void Rounded_numbers_of_weights_are_read(string rounded, long? weights) => Card($$$"""{"digest":"d","details":{"parameter_size":"{{{rounded}}}"}}""")!.Parameters.ShouldBe(weights);

    [Theory]
    [InlineData("""{"details":{}}""")]
    [InlineData("""{"digest":"d"}""")]
    [InlineData("""{"digest":7,"details":{}}""")]
    [InlineData("""{"digest":"","details":{}}""")]
    public void An_entry_of_another_engine_is_none(string entry) => Card(entry).ShouldBeNull();

    [Fact]
    public void What_has_no_sense_is_not_known()
    {
        var facts = Card("""{"digest":"d","modified_at":"yesterday","details":{"format":"safetensors","family":null,"parameter_size":null}}""")!.ToFacts(null, null);
        (facts.Format, facts.Architecture, facts.Parameters, facts.Modified, facts.Bytes, facts.Digest).ShouldBe((ModelFormat.Hub, null, null, null, 0, "d"));
    }

    [Theory]
    [InlineData("""{"capabilities":["completion","vision","insert","audio",7]}""", new[] { Capability.Chat, Capability.Completion, Capability.Vision, Capability.Infill })]
    [InlineData("""{"capabilities":["embedding"]}""", new[] { Capability.Embedding })]
    [InlineData("""{"capabilities":{}}""", new Capability[0])]
    [InlineData("[]", new Capability[0])]
    public void Capabilities_are_read_in_our_words(string answer, object capabilities) => OllamaAbilities.Of(JsonElement.Parse(answer)).Capabilities.ShouldBe((Capability[])capabilities);

    [Theory]
    [InlineData("""{"model_info":null}""")]
    [InlineData("""{"model_info":{"general.architecture":7,"general.parameter_count":"8"}}""")]
    [InlineData("""{"model_info":{"general.architecture":"a","a.context_length":99999999999,"general.parameter_count":-1}}""")]
    public void Facts_that_are_none_are_passed_over(string answer)
    {
        var abilities = OllamaAbilities.Of(JsonElement.Parse(answer));
        (abilities.Parameters, abilities.ContextLength, abilities.EmbeddingLength).ShouldBe((null, null, null));
    }

    private static OllamaCard? Card(string entry) => OllamaCard.Of(JsonElement.Parse(entry));
}
