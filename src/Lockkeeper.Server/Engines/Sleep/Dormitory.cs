using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines.Sleep;

/// <summary>The processes that sleep: at most one a model. They are no instances, and end with Lockkeeper.</summary>
internal sealed class Dormitory : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ModelId, Sleeper> _asleep = [];

    /// <summary>Takes the model's sleeper out; null when there is none.</summary>
    public Sleeper? Take(ModelId model)
    {
        lock (_gate)
        {
            return _asleep.Remove(model, out var sleeper) ? sleeper : null;
        }
    }

    public void Put(ModelId model, Sleeper sleeper)
    {
        lock (_gate)
        {
            _asleep.Add(model, sleeper);
        }
    }

    /// <summary>Ends them all. Nobody takes or puts one any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Sleeper[] last;
        lock (_gate)
        {
            last = [.. _asleep.Values];
            _asleep.Clear();
        }

        await Task.WhenAll(last.Select(sleeper => sleeper.EndAsync(StopReason.Closing)));
        foreach (var sleeper in last)
        {
            sleeper.Dispose();
        }
    }
}
