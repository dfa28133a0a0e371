using System.Globalization;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Scheduling;

/// <summary>What a waiting client can be told.</summary>
/// <param name="Position">1 for the one who is served next, if nobody comes or leaves any more.</param>
/// <param name="Instance">What it waits for: its own model's run, else the run in whose place it comes; null for the moment between two runs.</param>
/// <param name="Eta">How long it will still wait, by what has been learned; null while too little is known.</param>
internal sealed record WaitingSnapshot(int Position, InstanceReport? Instance, TimeSpan? Eta)
{
    /// <param name="snapshot">How things stand.</param>
    /// <param name="ahead">How many are served earlier.</param>
    public static WaitingSnapshot Of(SchedulerSnapshot snapshot, int ahead)
    {
        var waiting = snapshot.Waiting[ahead];
        var instance = snapshot.Instances.FirstOrDefault(instance => instance.Id.Model == waiting.Ticket.Model)
            ?? snapshot.Instances.FirstOrDefault(instance => instance.Pool == waiting.Pool && instance.Phase != InstancePhase.Ready)
            ?? snapshot.Instances.FirstOrDefault(instance => instance.Pool == waiting.Pool);
        return new WaitingSnapshot(ahead + 1, instance, waiting.Eta);
    }

    /// <returns>For example <c>queued 2, loading qwen3-8b, about 12 s</c>.</returns>
    public override string ToString()
    {
        var queued = string.Create(CultureInfo.InvariantCulture, $"queued {Position}");
        var stage = Instance is { } instance ? $", {Verb(instance.Phase)} {instance.Id.Model}" : "";
        var eta = Eta is { } wait ? string.Create(CultureInfo.InvariantCulture, $", about {Math.Max(1, Math.Ceiling(wait.TotalSeconds))} s") : "";
        return queued + stage + eta;
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
