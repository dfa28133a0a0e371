using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Config;

/// <summary>What a model's section may say of its answers.</summary>
internal static class AnswerRules
{
    public static void Check(LockkeeperConfig config, IReadOnlyDictionary<string, EnginePreset> presets, ConfigFindings findings)
    {
        foreach (var (id, model) in config.Models)
        {
            var key = ConfigKey.Top("models") / id;
            if (model.Type is { } type and not ModelType.Chat)
            {
                foreach (var said in Said(model))
                {
                    findings.Add(key / said, $"is about the answers of chats, and the type of this model is {Word.Of(type)}; remove it");
                }
            }
            else if (model.StartsInReasoning && config.Engines.TryGetValue(model.Engine, out var engine) && (model.ReasoningFormat ?? engine.Whole(presets).ReasoningFormat) is null or ReasoningFormat.None)
            {
                findings.Add(key / "starts_in_reasoning", "counts only where reasoning is looked for in the text; add reasoning_format: think");
            }
        }
    }

    private static IEnumerable<string> Said(ModelConfig model)
    {
        (string Key, bool IsSaid)[] keys =
        [
            ("tool_parser", model.ToolParser is not null),
            ("reasoning", model.Reasoning is not null),
            ("reasoning_format", model.ReasoningFormat is not null),
            ("starts_in_reasoning", model.StartsInReasoning),
            ("streaming_format", model.StreamingFormat is not null),
            ("stream_chunk_tokens", model.StreamChunkTokens is not null),
        ];
        return keys.Where(key => key.IsSaid).Select(key => key.Key);
    }
}
