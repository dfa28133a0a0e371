using System.Collections.Concurrent;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines.Cloud;

/// <summary>The ways to engines that are somebody else's machines. A way in is had at once and by everybody: no memory of ours is held there, so nobody has to wait for anybody.</summary>
/// <param name="time">The clock.</param>
internal sealed class Clouds(TimeProvider time) : IDisposable
{
    private readonly CloudRetries _retries = new(time);
    private readonly ConcurrentDictionary<Way, Upstream> _ways = new();
    private readonly ConcurrentDictionary<string, int> _inFlight = new(StringComparer.Ordinal);

    /// <summary>Whether requests for the model go past the queue.</summary>
    public static bool Has(ModelSpec model) => model.Engine.Lifecycle == Lifecycle.Cloud;

    /// <summary>What stands for a run in logs and answers: there is only ever one, and it has no beginning.</summary>
    public static InstanceId InstanceOf(ModelSpec model) => new(model.Id, 0);

    /// <summary>Connections to it; shared by all its models, and kept across configurations that leave address and key alone.</summary>
    public Upstream WayTo(EngineSpec engine)
    {
        var way = new Way(engine.Url!, engine.ApiKey, engine.Dialects is [EngineDialect.Anthropic]);
        return _ways.GetOrAdd(way, way => new Upstream(way.Address, way.Key, isCloud: true) { IsAnthropic = way.IsAnthropic, Retries = _retries });
    }

    /// <summary>Requests that an engine works on now.</summary>
    public int InFlightAt(string engine) => _inFlight.GetValueOrDefault(engine);

    public void Enter(EngineSpec engine) => _inFlight.AddOrUpdate(engine.Name, 1, static (_, count) => count + 1);

    public void Leave(EngineSpec engine) => _inFlight.AddOrUpdate(engine.Name, 0, static (_, count) => count - 1);

    public void Dispose()
    {
        foreach (var upstream in _ways.Values)
        {
            upstream.Dispose();
        }
    }

    private readonly record struct Way(Uri Address, Secret? Key, bool IsAnthropic);
}
