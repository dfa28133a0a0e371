using System.Collections.Immutable;
using System.Text.Json;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Engines;

public sealed class ListedModelTests
{
    private static readonly ListedNames Names = ListedNames.Of(new ModelSpec
    {
        Id = new ModelId("qwen3"),
        Path = "/models/Qwen3-8B.gguf",
        Engine = new EngineSpec { Name = "e", Command = ImmutableArray<string>.Empty },
    });

    [Theory]
    [InlineData("""{"data":[{"id":"a"},{"id":"b"}]}""", "a b")]
    [InlineData("""[{"id":"a"},"b"]""", "a b")]
    [InlineData("""{"id":"a","object":"model"}""", "a")]
    [InlineData("""{"data":[]}""", "")]
    [InlineData("""{"data":null}""", "")]
    [InlineData("""{"data":[{"name":"a"},7,null]}""", "")]
    [InlineData("\"a\"", "")]
    public void Lists_of_all_shapes_are_read(string answer, string names) => Read(answer, new ListConfig()).ShouldBe(names.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Only_what_is_loaded_counts() =>
        Read("""{"result":{"all":[{"key":"a","state":"loaded"},{"key":"b","state":"not-loaded"}]}}""", new ListConfig { Models = "result.all", Name = "key", Loaded = "state == loaded" }).ShouldBe(["a"]);

    [Fact]
    public void The_instance_is_what_unload_is_told_and_without_one_nothing_is_loaded()
    {
        var list = new ListConfig { Models = "models", Name = "key", Instance = "loaded_instances[0].id" };
        var models = ListedModel.Of(JsonElement.Parse("""{"models":[{"key":"a","loaded_instances":[{"id":"a:2"}]},{"key":"b","loaded_instances":[]}]}"""), list);
        models.ShouldBe([new ListedModel("a", "a:2")]);
    }

    [Fact]
    public void Sizes_of_an_ollama_are_read()
    {
        var model = ListedModel.Of(JsonElement.Parse("""{"models":[{"name":"a:latest","size":300,"size_vram":200}]}"""), OllamaCalls.List).ShouldHaveSingleItem();
        (model.Name, model.Size, model.SizeOnDevice).ShouldBe(("a:latest", 300L, 200L));
    }

    [Theory]
    [InlineData("""{"data":[{"id":"qwen3"}]}""")]
    [InlineData("""{"models":[{"name":"qwen3:latest"}]}""")]
    [InlineData("""{"models":[{"name":"x","model":"/models/Qwen3-8B.gguf"}]}""")]
    [InlineData("""["Qwen3-8B.gguf"]""")]
    [InlineData("""{"id":"Qwen3-8B"}""")]
    public void The_model_is_found_by_id_path_or_file(string answer) => ListedModel.IsNamedIn(JsonElement.Parse(answer), Names).ShouldBeTrue();

    [Theory]
    [InlineData("""{"data":[{"id":"qwen3-large"}]}""")]
    [InlineData("""{"status":"qwen3"}""")]
    [InlineData("[]")]
    public void Another_model_is_not_taken_for_it(string answer) => ListedModel.IsNamedIn(JsonElement.Parse(answer), Names).ShouldBeFalse();

    private static IEnumerable<string> Read(string answer, ListConfig list) => ListedModel.Of(JsonElement.Parse(answer), list).Select(model => model.Name);
}
