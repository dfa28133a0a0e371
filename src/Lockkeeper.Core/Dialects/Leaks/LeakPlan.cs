using System.Collections.Immutable;

namespace Lockkeeper.Core.Dialects.Leaks;

/// <summary>What has to be taken out of the text of an engine that leaks reasoning or calls of tools into it.</summary>
internal sealed record LeakPlan
{
    public static readonly LeakPlan None = new();

    /// <summary>How the model marks its reasoning.</summary>
    public ReasoningFormat Format { get; init; }

    /// <summary>What becomes of it.</summary>
    public ReasoningPolicy Reasoning { get; init; }

    /// <summary>Whether answers begin as reasoning, without a mark: the chat template has opened it already.</summary>
    public bool StartsInReasoning { get; init; }

    /// <summary>How the model writes calls.</summary>
    public ToolDialect Tools { get; init; }

    private bool TakesThinking => Reasoning != ReasoningPolicy.Keep && Format is ReasoningFormat.Think or ReasoningFormat.Auto;

    private bool TakesChannels => Reasoning != ReasoningPolicy.Keep && Format is ReasoningFormat.Harmony or ReasoningFormat.Auto;

    /// <summary>Whether an answer has to be read at all, if the request has such tools; else its bytes may pass as they are.</summary>
    public bool Concerns(ImmutableArray<ToolSpec> tools) => Reasoning == ReasoningPolicy.Drop || TakesThinking || TakesChannels || (Tools != ToolDialect.Off && !tools.IsEmpty);

    /// <summary>The filters it takes, in front of a sink; the sink itself where nothing is to be done.</summary>
    /// <param name="sink">Is told what the filters leave.</param>
    /// <param name="tools">What the model may call. Nothing else is taken for a call.</param>
    /// <param name="seed">The ids of calls are made from it: the same for the same answer, another for another.</param>
    public IAnswerSink Before(IAnswerSink sink, ImmutableArray<ToolSpec> tools, string seed)
    {
        var known = new KnownTools(tools, seed);
        var takesCalls = Tools != ToolDialect.Off && !tools.IsEmpty;
        if (takesCalls && Tools != ToolDialect.Harmony)
        {
            sink = new ToolCallFilter(sink, Tools, known);
        }

        if (Reasoning == ReasoningPolicy.Drop || TakesThinking)
        {
            sink = new ReasoningFilter(sink, Reasoning, TakesThinking) { StartsInReasoning = StartsInReasoning };
        }

        // In channels both are one grammar, so one filter has both.
        var takesHarmonyCalls = takesCalls && Tools is ToolDialect.Harmony or ToolDialect.Auto;
        return takesHarmonyCalls || TakesChannels
            ? new HarmonyFilter(sink, known, takesHarmonyCalls, TakesChannels) { StartsInReasoning = StartsInReasoning && Format == ReasoningFormat.Harmony }
            : sink;
    }
}
