using System.Globalization;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Scheduling;

/// <summary>What a waiting client can be told.</summary>
/// <param name="Position">1 for the one who is served next, if nobody comes or leaves any more.</param>
/// <param name="Instance">What it waits for: the instance that holds the pool, and what that does; null for the moment between two runs.</param>
internal sealed record WaitingSnapshot(int Position, InstanceReport? Instance)
{
    /// <returns>For example <c>queued 2, loading qwen3-8b</c>.</returns>
    public override string ToString()
    {
        var queued = string.Create(CultureInfo.InvariantCulture, $"queued {Position}");
        return Instance is { } instance ? $"{queued}, {Verb(instance.Phase)} {instance.Id.Model}" : queued;
    }

    private static string Verb(InstancePhase phase) => phase switch
    {
        InstancePhase.Starting => "loading",
        InstancePhase.Ready => "serving",
        InstancePhase.Draining => "draining",
        InstancePhase.Stopping => "stopping",
        _ => "freeing",
    };
}
