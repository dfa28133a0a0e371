using System.Collections.Concurrent;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Testing;

namespace Lockkeeper.Server.Tests.Engines;

/// <summary>Writes down what it is told, in order.</summary>
internal sealed class Witness : IInstanceObserver
{
    private readonly ConcurrentQueue<SchedulerEvent> _events = new();

    public IReadOnlyList<SchedulerEvent> Events => [.. _events];

    public IReadOnlyList<string> Names => [.. _events.Select(happened => happened.GetType().Name)];

    public void Post(SchedulerEvent happened) => _events.Enqueue(happened);

    public async Task<T> Saw<T>(TimeSpan? within = null)
        where T : SchedulerEvent
    {
        await Eventually.True(() => _events.OfType<T>().Any(), $"{typeof(T).Name} after [{string.Join(", ", Names)}]", within);
        return _events.OfType<T>().First();
    }
}
