using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Catalog;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Api;

/// <summary>Where one looks to see how things stand, and calls from what people want.</summary>
internal sealed class Lookout(LiveCatalog catalog, Admission admission, Instances instances, Journal journal, Learning learning, SwapWatch swaps)
{
    /// <summary>The ways to engines that are not on this machine.</summary>
    public Clouds Clouds { get; init; } = new(TimeProvider.System);

    /// <summary>The models there are now.</summary>
    public ModelCatalog Catalog => catalog.Current;

    public Admission Admission => admission;

    public Journal Journal => journal;

    /// <summary>The latest swap that is over; null before the first.</summary>
    public SwapReport? LastSwap => swaps.LastSwap;

    /// <summary>Looks through all folders and asks all engines which models there are now.</summary>
    public Task SearchAsync(CancellationToken cancellationToken) => catalog.SearchAsync(cancellationToken);

    public async Task<Standing> LookAsync()
    {
        var scheduler = await admission.LookAsync();
        var runs = instances.Snapshot();
        return new Standing(scheduler, runs.ToDictionary(run => run.Instance), journal.ByTicket(), learning.Of(scheduler.Figures, runs), journal.Time.GetUtcNow());
    }

    /// <summary>Where a ready run answers; null once it is over.</summary>
    public Upstream? UpstreamOf(InstanceId instance) => instances.UpstreamOf(instance);

    /// <summary>Why a start would certainly fail; null when nothing speaks against it.</summary>
    public InstanceFailure? WhyNotStart(ModelSpec model) => instances.WhyNotStart(model);

    /// <summary>Waits until each of these runs is over and its memory back. One that is not ours to stop is not waited for.</summary>
    public Task GoneAsync(IEnumerable<InstanceId> runs, CancellationToken clientGone) => Task.WhenAll(runs.Select(swaps.WhenSettled)).WaitAsync(clientGone);
}
