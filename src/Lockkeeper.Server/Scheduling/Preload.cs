using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines.Cloud;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Scheduling;

/// <summary>Loads the models that are to be there from the beginning: each queues for its own load, as a request of the priority of that model would.</summary>
internal sealed partial class Preload(Admission admission, ILogger<Preload> logger)
{
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

    private async Task LoadAsync(ModelSpec model)
    {
        var ticket = admission.TakeTicket(new TicketRequest(model.Id, model.Priority) { OnlyLoads = true });
        switch (await ticket.Outcome)
        {
            case AdmissionResult.Granted(var lease):
                await lease.DisposeAsync();
                break;
            case AdmissionResult.Refused(var error):
                LogRefused(model.Id, error.Message);
                break;
        }
    }

    [LoggerMessage(210, LogLevel.Warning, "{Model} could not be preloaded: {Why}")]
    private partial void LogRefused(ModelId model, string why);
}
