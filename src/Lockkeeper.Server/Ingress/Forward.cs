using System.Diagnostics;
using System.Globalization;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Ingress;

/// <summary>Last steps: a request is admitted and forwarded, and again where no engine has seen it; and what comes of that for the client.</summary>
internal sealed partial class Forward(Admission admission, IInstanceHost host, TimeProvider time, ILogger<Forward> logger)
{
    /// <summary>How often a request that no engine has seen is admitted again, after its instance died in between.</summary>
    private const int MostTries = 3;

    /// <summary>Who dies within this time of being sent a request has probably not been killed by it.</summary>
    private static readonly TimeSpan JustSent = TimeSpan.FromMilliseconds(250);

    /// <summary>How long to wait for the news of a death after a connection broke: the kernel closes sockets a moment before it reports the exit.</summary>
    private static readonly TimeSpan NewsOfDeath = TimeSpan.FromMilliseconds(500);

    private readonly Forwarder _forwarder = new(time, async () => (await admission.LookAsync()).Waiting.Length > 0);

    /// <summary>The ways to engines that are not on this machine.</summary>
    public Clouds Clouds { private get; init; } = new(time);

    /// <summary>Keeps what clouds cost within limits; null where nothing does.</summary>
    public Spending? Spending { private get; init; }

    /// <summary>Admits the request and forwards it; again where the engine has not seen it.</summary>
    /// <returns>The error to answer with; null when the client has its answer.</returns>
    public async ValueTask<RouterError?> RequestAsync(Answer answer, Prepared prepared, Plan.Forward forward)
    {
        answer.IsWritten = forward.Passage.Answer.ContentType is not null;
        if (forward.MaxTokens is { } cap)
        {
            answer.Request.Entry.MaxTokens = cap;
            answer.Http.Response.Headers[RouterHeaders.MaxTokens] = cap.ToString(CultureInfo.InvariantCulture);
        }

        Ticket? place = null;
        var outlived = false;
        for (var tries = 1; ; tries++)
        {
            (var error, place) = await OnceAsync(answer, prepared, forward, place);
            if (error is RouterError.Recalled)
            {
                tries--; // that was not the engine's fault
            }
            else if (error is RouterError.EngineFailed { DiedAtOnce: true } && !outlived)
            {
                outlived = true; // it was dying already; should the request itself have killed it, the second time says so
            }
            else if (error is not RouterError.EngineUnreached || tries == MostTries)
            {
                return error;
            }

            if (!answer.Http.Response.HasStarted)
            {
                RouterHeaders.ClearAllButOurs(answer.Http.Response); // the engine's status and headers may be there already
            }
        }
    }

    /// <returns>Why it was not answered, and the place in the queue that it may be tried again with.</returns>
    private async ValueTask<(RouterError? Error, Ticket? Place)> OnceAsync(Answer answer, Prepared prepared, Plan.Forward forward, Ticket? place)
    {
        SpendingHold? hold = null;
        if (Clouds.Has(prepared.Model) && Spending?.Reserve(prepared.Model, forward.PromptEstimate, forward.MostTokens).Holds(out hold, out var overspent) == false)
        {
            return (overspent, place);
        }

        using var money = hold;
        var admitted = Clouds.Has(prepared.Model)
            ? Admit.IntoCloud(answer.Request, Clouds, prepared)
            : await Admit.EnterAsync(answer.Request, admission, prepared, answer.KeepAlive, place);
        if (!admitted.Holds(out var lease, out var error))
        {
            return (error, place);
        }

        if (!answer.KeepAlive.Started)
        {
            RouterHeaders.Waited(answer.Http.Response, answer.Request.Entry);
        }

        var patience = prepared.Model.RequestTimeout ?? answer.Limits.RequestTimeout;
        ForwardOutcome outcome;
        RouterError? verdict;
        var sent = time.GetTimestamp();
        await using (lease)
        {
            outcome = await AbsentAsync(lease, answer.Limits)
                ?? await _forwarder.SendAsync(answer.Http, forward.Passage, lease, answer.Tap, answer.KeepAlive, patience, answer.Request.Aborted);
            var atOnce = answer.Tap.Bytes == 0 && time.GetElapsedTime(sent) < JustSent;

            // Before the lease is given back: or a dying engine is given the next request, or stopped for another model before it is known that it had died, and why.
            verdict = await JudgeAsync(outcome, answer.Request, prepared.Model.Id, lease.Instance, patience, atOnce);
        }

        money?.End(answer.Tap.Usage, answer.Tap.Bytes);
        if (outcome.End == ForwardEnd.Answered)
        {
            LogAnswered(answer.Http.TraceIdentifier, lease.Instance, answer.Http.Response.StatusCode, answer.Tap.Bytes, answer.Tap.FirstByte, answer.Tap.PromptTokens, answer.Tap.CompletionTokens);
        }

        return (verdict, lease.Ticket);
    }

    /// <summary>A run that has rested for long may be there no more: asked before it has seen the request, it costs nobody a 502.</summary>
    private async ValueTask<ForwardOutcome?> AbsentAsync(Lease lease, IngressOptions limits) =>
        lease.Upstream.Pulse.HasRested(limits.Rest) && await host.ExamineAsync(lease.Instance) is { } failure ? new ForwardOutcome(ForwardEnd.Unreached, failure.Cause) : null;

    /// <summary>What the outcome means for the client.</summary>
    /// <returns>The error to answer with; null when the client has its answer.</returns>
    private async ValueTask<RouterError?> JudgeAsync(ForwardOutcome outcome, LiveRequest request, ModelId model, InstanceId instance, TimeSpan requestTimeout, bool atOnce) => outcome.End switch
    {
        ForwardEnd.Answered => null,
        ForwardEnd.Recalled => new RouterError.Recalled(),
        ForwardEnd.Aborted => request.WhyAborted,
        ForwardEnd.ClientStalled => new RouterError.ClientStalled(BodyCopier.Stall),
        ForwardEnd.Silent => new RouterError.EngineSilent(model, requestTimeout),
        ForwardEnd.Unreached => new RouterError.EngineUnreached(model, await DeathAsync(instance) ?? Mishap(outcome)),
        ForwardEnd.Refused => new RouterError.EngineRefused(outcome.Said!.Status, outcome.Said.Code, outcome.Said.Message, outcome.RetryAfter),
        ForwardEnd.Broken => Broken(model, await DeathAsync(instance), outcome, atOnce),
        _ => throw new UnreachableException(),
    };

    private static RouterError Broken(ModelId model, InstanceFailure? death, ForwardOutcome outcome, bool atOnce) => death switch
    {
        { Intended: true } => new RouterError.EngineStopped(model, death),
        _ => new RouterError.EngineFailed(model, death ?? Mishap(outcome)) { DiedAtOnce = atOnce && death is not null },
    };

    /// <summary>What became of its run. A process may live without the worker that listened, and would be given the next request as well, or this one again.</summary>
    /// <returns>Null when it lives, as far as is known.</returns>
    private async Task<InstanceFailure?> DeathAsync(InstanceId instance) => await host.FailureOfAsync(instance, NewsOfDeath) ?? await host.ExamineAsync(instance);

    private static InstanceFailure Mishap(ForwardOutcome outcome) => InstanceFailure.Of(outcome.Detail ?? "the connection broke");

    [LoggerMessage(103, LogLevel.Debug, "{Request} answered by {Instance}: {Status}, {Bytes} bytes, first after {FirstByte}; tokens: {PromptTokens} prompt, {CompletionTokens} answer")]
    private partial void LogAnswered(string request, InstanceId instance, int status, long bytes, TimeSpan? firstByte, int? promptTokens, int? completionTokens);
}
