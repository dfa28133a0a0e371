using System.Collections.Concurrent;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Learned;

/// <summary>Learns how fast models work from answers that have ended. Any thread.</summary>
internal sealed class Speeds
{
    /// <summary>Fewer tokens say more about the overhead of a request than about the model.</summary>
    private const int FewestTokens = 8;

    /// <summary>A shorter time is one of buffers: what arrives at once was not generated at once.</summary>
    private static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<ModelId, ModelSpeed> _speeds = new();

    public ModelSpeed Of(ModelId model) => _speeds.GetValueOrDefault(model, ModelSpeed.None);

    /// <summary>Goes on from what was learned in an earlier life.</summary>
    public void Remember(ModelId model, ModelSpeed speed) => _speeds[model] = speed;

    /// <summary>
    /// A stream shows both speeds: the prompt is read until its first byte, the rest is generated after it. Of an answer that comes whole only the sum is seen; it counts as
    /// generation, which is slightly less than the truth, and only while no stream has shown better.
    /// </summary>
    public void Observe(JournalEntry entry)
    {
        if (entry is not { Outcome: RequestOutcome.Answered, Status: 200, Model: { } model, EngineFirstByte: { } first, EngineTime: { } all })
        {
            return;
        }

        var before = Of(model);
        var after = entry.Stream
            ? new ModelSpeed(Better(before.TokensPerSecond, entry.CompletionTokens - 1, all - first), Better(before.PromptTokensPerSecond, entry.PromptTokens, first))
            : before.PromptTokensPerSecond is null ? before with { TokensPerSecond = Better(before.TokensPerSecond, entry.CompletionTokens, all) } : before;
        if (after != before)
        {
            _speeds[model] = after;
        }
    }

    private static double? Better(double? before, int? tokens, TimeSpan time) =>
        tokens is { } count and >= FewestTokens && time >= ShortestTime ? MovingAverage.Of(before, count / time.TotalSeconds) : before;
}
