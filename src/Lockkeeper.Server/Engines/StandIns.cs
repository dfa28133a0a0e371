using System.Collections.Concurrent;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines;

/// <summary>Knows which models are served by what stands in for an engine that is not installed, and what that speaks, can do and leaves in the text.</summary>
internal sealed class StandIns(TimeProvider time)
{
    /// <summary>Looking for a program costs a few looks at the disk; a request need not pay for them each time.</summary>
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (long At, bool StandsIn)> _known = new(StringComparer.Ordinal);

    /// <summary>The model as it is served now.</summary>
    public ModelSpec Served(ModelSpec model) => model.Engine.Fallback is { } other && StandsIn(model.Engine)
        ? model with { Engine = model.Engine with { Preset = other.Preset, Dialects = other.Dialects, Capabilities = other.Capabilities }, Leaks = other.Leaks }
        : model;

    private bool StandsIn(EngineSpec engine)
    {
        if (_known.TryGetValue(engine.Name, out var known) && time.GetElapsedTime(known.At) < Holds)
        {
            return known.StandsIn;
        }

        var standsIn = !EngineCommand.IsInstalled(engine);
        _known[engine.Name] = (time.GetTimestamp(), standsIn);
        return standsIn;
    }
}
