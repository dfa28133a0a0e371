using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class AnswerRulesTests
{
    private static readonly Dictionary<string, EnginePreset> Presets = new()
    {
        ["leaky"] = new EnginePreset { Name = "leaky", Engine = new EngineConfig { ReasoningFormat = ReasoningFormat.Think } },
    };

    private static readonly ModelConfig Full = new()
    {
        Engine = "e",
        ToolParser = ToolDialect.Off,
        Reasoning = ReasoningPolicy.Keep,
        ReasoningFormat = ReasoningFormat.Think,
        StartsInReasoning = true,
        StreamingFormat = StreamingFormat.Sse,
        StreamChunkTokens = 1,
    };

    [Theory]
    [InlineData(null)]
    [InlineData(ModelType.Chat)]
    public void A_model_for_chats_may_say_all_of_it(object? type) => Problems(new(), Full with { Type = (ModelType?)type }).ShouldBeEmpty();

    [Fact]
    public void One_for_something_else_may_say_none_of_it()
    {
        var problems = Problems(new(), Full with { Type = ModelType.ImageEdit });
        problems.ShouldBe("tool_parser reasoning reasoning_format starts_in_reasoning streaming_format stream_chunk_tokens".Split(' ')
            .Select(key => $"f: models.m.{key}: is about the answers of chats, and the type of this model is image_edit; remove it"));
        Problems(new(), new ModelConfig { Engine = "e", Type = ModelType.ImageEdit }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ReasoningFormat.None)]
    public void An_answer_cannot_begin_as_what_is_not_looked_for(object? format)
    {
        var model = Full with { ReasoningFormat = (ReasoningFormat?)format };
        Problems(new(), model).ShouldHaveSingleItem().ShouldBe("f: models.m.starts_in_reasoning: counts only where reasoning is looked for in the text; add reasoning_format: think");
        Problems(new() { Preset = "leaky" }, model).Count.ShouldBe(format is null ? 0 : 1);
    }

    private static IReadOnlyList<string> Problems(EngineConfig engine, ModelConfig model)
    {
        var findings = new ConfigFindings(new ConfigPositions("f"));
        AnswerRules.Check(new LockkeeperConfig { Engines = new Dictionary<string, EngineConfig> { ["e"] = engine }, Models = new Dictionary<string, ModelConfig> { ["m"] = model } }, Presets, findings);
        return [.. findings.Problems.Select(problem => problem.ToString())];
    }
}
