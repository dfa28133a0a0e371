using System.Collections.Concurrent;
using System.Diagnostics;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines.Cloud;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Scheduling;

/// <summary>
/// Loads the models that are to be there from the beginning, and again, without waiting for a request, those of them and of the pinned ones that have died: each queues for its own load,
/// as a request of the priority of that model would.
/// </summary>
internal sealed partial class Preload(Admission admission, TimeProvider time, ILogger<Preload> logger)
{
    /// <summary>Between two tries, where the refusal does not say when to come again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ModelId, byte> _reviving = [];

    /// <summary>Returns at once; how it went is in the log.</summary>
    public void Begin(ModelCatalog models)
    {
        foreach (var model in models.Models.Where(model => model.Preload && !Clouds.Has(model)))
        {
            _ = LoadAsync(model);
        }
    }

    /// <summary>
    /// Takes over what runs already and is one of ours to start and stop, so that it is drained and stopped for others like anything else. Done before the first request: else an engine would be
    /// started beside it.
    /// </summary>
    public async Task AdoptAsync(ModelCatalog models, Func<ModelSpec, Task<bool>> runsAlready)
    {
        foreach (var model in models.Models)
        {
            if (await runsAlready(model))
            {
                _ = LoadAsync(model);
            }
        }
    }

    /// <summary>A run is over. Returns at once.</summary>
    public void Ended(InstanceId instance, ModelSpec? model, InstanceFailure? failure)
    {
        if (failure is not null && model is { Engine.Lifecycle: not Lifecycle.Attached } && (model.Preload || model.Pinned) && _reviving.TryAdd(instance.Model, 0))
        {
            _ = ReviveAsync(model);
        }
    }

    /// <summary>Again and again, at the pace of the back-off, until it is there or Lockkeeper closes.</summary>
    private async Task ReviveAsync(ModelSpec model)
    {
        LogReviving(model.Id);
        while (await LoadAsync(model) is { } refused and not (RouterError.ShuttingDown or RouterError.ModelRemoved))
        {
            await Task.Delay(refused.RetryAfter ?? Pause, time, CancellationToken.None);
        }

        _reviving.TryRemove(model.Id, out _);
    }

    /// <returns>Why it was refused; null when it is there.</returns>
    private async Task<RouterError?> LoadAsync(ModelSpec model)
    {
        var ticket = admission.TakeTicket(new TicketRequest(model.Id, model.Priority) { OnlyLoads = true });
        switch (await ticket.Outcome)
        {
            case AdmissionResult.Granted(var lease):
                await lease.DisposeAsync();
                return null;
            case AdmissionResult.Refused(var error):
                LogRefused(model.Id, error.Message);
                return error;
            default:
                throw new UnreachableException();
        }
    }

    [LoggerMessage(220, LogLevel.Information, "{Model} is to be there always, and is started again")]
    private partial void LogReviving(ModelId model);

    [LoggerMessage(210, LogLevel.Warning, "{Model} could not be preloaded: {Why}")]
    private partial void LogRefused(ModelId model, string why);
}
