using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines.Liveness;

/// <summary>Has a model generate for nobody, so that the first request does not pay for what engines do at their first token. One that fails at that may still serve.</summary>
internal sealed partial class WarmUp(InstanceId instance, ModelSpec model, Upstream upstream, EngineRoom room)
{
    private readonly ILogger _logger = room.Loggers.CreateLogger<WarmUp>();

    /// <summary>Does nothing for a model that is not to be warmed up. Never throws; a failure is in the log.</summary>
    /// <param name="ending">The start is over, for whatever reason.</param>
    public async Task RunAsync(CancellationToken ending)
    {
        if (model.WarmUp == 0 || TokenRequest.For(model, model.WarmUp) is not { } asked)
        {
            return;
        }

        try
        {
            if (await new EngineTalk(upstream, model.Engine, room.Time).ProbeAsync(asked, patience: null, ending) is { IsGood: false } reply)
            {
                LogNotWarm(instance, reply.InFull());
            }
        }
        catch (OperationCanceledException)
        {
            LogNotWarm(instance, "its start was over before, or it took longer than start_timeout");
        }
    }

    [LoggerMessage(308, LogLevel.Warning, "{Instance}: it could not be warmed up, and serves all the same: {Why}")]
    private partial void LogNotWarm(InstanceId instance, string why);
}
