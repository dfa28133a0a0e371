using System.Collections.Immutable;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>In which order those who wait now would be served if nobody came or left any more. For showing a position in the queue; the scheduler decides step by step.</summary>
internal static class ServiceOrder
{
    public static ImmutableArray<Ticket> Of(Waiting waiting, Instance? instance)
    {
        var lines = waiting.Lines.ToDictionary(line => line.Model, line => new Queue<Ticket>(line.Line));
        var order = ImmutableArray.CreateBuilder<Ticket>(waiting.Count);
        ModelId? serving = instance?.Phase is InstancePhase.Starting or InstancePhase.Ready or InstancePhase.Draining ? instance.Id.Model : null;
        var arrivedBeforeReady = instance?.ArrivedBeforeReady ?? long.MaxValue;
        while (lines.Count > 0)
        {
            var foreign = FirstOfOthers(lines, serving);
            if (serving is { } model && lines.TryGetValue(model, out var line) && new Gate(foreign, arrivedBeforeReady).Admits(line.Peek()))
            {
                order.Add(line.Dequeue());
                if (line.Count == 0)
                {
                    lines.Remove(model);
                }
            }
            else
            {
                // The next residency: everybody who waits now will have arrived before it is ready.
                serving = foreign!.Model;
                arrivedBeforeReady = long.MaxValue;
            }
        }

        return order.MoveToImmutable();
    }

    private static Ticket? FirstOfOthers(Dictionary<ModelId, Queue<Ticket>> lines, ModelId? than) =>
        lines.Where(line => line.Key != than).Select(line => line.Value.Peek()).Order(Comparer<Ticket>.Create(WaitingTicket.Compare)).FirstOrDefault();
}
