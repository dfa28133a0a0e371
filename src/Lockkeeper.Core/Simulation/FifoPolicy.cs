using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Core.Simulation;

/// <summary>
/// What local-engine-router does. Every request takes one lock in the order of arrival; whose engine is not the active one swaps while it holds the lock: drain, free, start. So requests
/// begin in the order of arrival, side by side as long as they ask for the same engine, and every change of model in that order is a swap. One engine at a time whatever the memory,
/// and no priorities. Its drain timeout (30 s, then streams are killed) is left out: no request is lost here.
/// </summary>
internal sealed class FifoPolicy(EngineRoom room) : IPolicy
{
    private readonly Queue<Ticket> _line = [];

    public TimeSpan? Handle(SchedulerEvent happened, TimeSpan now, List<SchedulerEffect> effects)
    {
        if (happened is SchedulerEvent.Arrived(var ticket))
        {
            _line.Enqueue(ticket);
        }

        room.Note(happened, effects);
        Advance(effects);
        return null;
    }

    private void Advance(List<SchedulerEffect> effects)
    {
        while (_line.TryPeek(out var head))
        {
            if (room.Of(head.Model) is { Phase: InstancePhase.Ready } active)
            {
                room.Take(active, _line.Dequeue().Id, effects);
                continue;
            }

            if (room.Count == 0)
            {
                room.Start(head.Model, effects);
            }
            else if (room.Engines.FirstOrDefault(engine => engine.IsIdle) is { } other)
            {
                EngineRoom.Stop(other, effects);
            }

            return;
        }
    }
}
