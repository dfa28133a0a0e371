using System.Collections.Concurrent;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Learned;

/// <summary>How long models usually let their requests wait for the first byte, from answers that have ended, as moving averages. Any thread.</summary>
internal sealed class ResponseTimes
{
    private readonly ConcurrentDictionary<ModelId, UsualTimes> _times = new();

    public UsualTimes Of(ModelId model) => _times.GetValueOrDefault(model);

    /// <summary>The first byte of a stream tells how long a prompt is read; that of an answer that comes whole is its end.</summary>
    public void Observe(JournalEntry entry)
    {
        if (entry is { Outcome: RequestOutcome.Answered, Status: 200, Model: { } model, EngineFirstByte: { } first })
        {
            var before = Of(model);
            _times[model] = entry.Stream ? before with { FirstByte = MovingAverage.Of(before.FirstByte, first) } : before with { Whole = MovingAverage.Of(before.Whole, first) };
        }
    }
}
