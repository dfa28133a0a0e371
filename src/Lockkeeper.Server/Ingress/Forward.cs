using System.Diagnostics;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Ingress;

/// <summary>Last step, seen from its end: what the outcome of forwarding means for the client.</summary>
internal static class Forward
{
    /// <summary>How long to wait for the news of a death after a connection broke: the kernel closes sockets a moment before it reports the exit.</summary>
    private static readonly TimeSpan NewsOfDeath = TimeSpan.FromMilliseconds(500);

    /// <returns>The error to answer with; null when the client has its answer.</returns>
    public static async ValueTask<RouterError?> JudgeAsync(ForwardOutcome outcome, LiveRequest request, ModelId model, InstanceId instance, IInstanceHost host, TimeSpan requestTimeout) => outcome.End switch
    {
        ForwardEnd.Answered => null,
        ForwardEnd.Recalled => new RouterError.Recalled(),
        ForwardEnd.Aborted => request.WhyAborted,
        ForwardEnd.ClientStalled => new RouterError.ClientStalled(BodyCopier.Stall),
        ForwardEnd.Silent => new RouterError.EngineSilent(model, requestTimeout),
        ForwardEnd.Unreached => new RouterError.EngineUnreached(model, await EvidenceAsync(outcome, instance, host)),
        ForwardEnd.Refused => new RouterError.EngineRefused(outcome.Said!.Status, outcome.Said.Code, outcome.Said.Message, outcome.RetryAfter),
        ForwardEnd.Broken => Broken(model, await EvidenceAsync(outcome, instance, host)),
        _ => throw new UnreachableException(),
    };

    private static RouterError Broken(ModelId model, InstanceFailure failure) =>
        failure.Intended ? new RouterError.EngineStopped(model, failure) : new RouterError.EngineFailed(model, failure);

    private static async Task<InstanceFailure> EvidenceAsync(ForwardOutcome outcome, InstanceId instance, IInstanceHost host) =>
        await host.FailureOfAsync(instance, NewsOfDeath)
        ?? (outcome.End == ForwardEnd.Unreached ? await host.ExamineAsync(instance) : null) // or it would be tried again and again
        ?? InstanceFailure.Of(outcome.Detail ?? "the connection broke");
}
