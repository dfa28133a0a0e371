using Lockkeeper.Core.Config;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Engines;

public sealed class AllModelsTests
{
    [Theory]
    [InlineData(nameof(Lifecycle.Ollama), null, null, "/api/tags")]
    [InlineData(nameof(Lifecycle.Ollama), null, false, null)]
    [InlineData(nameof(Lifecycle.Api), null, null, null)]
    [InlineData(nameof(Lifecycle.Api), null, true, "/v1/models")]
    [InlineData(nameof(Lifecycle.Api), "state == loaded", null, "/own")]
    [InlineData(nameof(Lifecycle.Api), "state == loaded", false, null)]
    [InlineData(nameof(Lifecycle.Attached), null, null, null)]
    [InlineData(nameof(Lifecycle.Attached), null, true, "/v1/models")]
    [InlineData(nameof(Lifecycle.Process), null, true, null)]
    public void An_engine_is_asked_where_its_list_is_one_of_all_models_or_where_that_is_wanted(string lifecycle, string? loaded, bool? wanted, string? path)
    {
        var engine = new EngineConfig { Lifecycle = Enum.Parse<Lifecycle>(lifecycle), ListModels = wanted, List = new ListConfig { Path = "/own", Loaded = loaded } };
        AllModels.QuestionTo(engine)?.Path.ShouldBe(path);
        (AllModels.QuestionTo(engine) is null).ShouldBe(path is null);
    }

    [Fact]
    public void What_is_not_loaded_is_in_the_list_too()
    {
        var engine = new EngineConfig { Lifecycle = Lifecycle.Api, List = new ListConfig { Path = "/own", Name = "key", Loaded = "state == loaded", Instance = "instances[0].id" } };
        using var answer = System.Text.Json.JsonDocument.Parse("""{"data":[{"key":"a","state":"loaded","instances":[{"id":"a:1"}]},{"key":"b","type":"embedding","quantization":{"name":"Q8_0"},"instances":[]}]}""");
        var models = ListedModel.Of(answer.RootElement, AllModels.QuestionTo(engine)!);
        models.Select(model => (model.Name, model.Type, model.Quantization)).ShouldBe([("a", null, null), ("b", ModelType.Embedding, "Q8_0")]);
    }
}
