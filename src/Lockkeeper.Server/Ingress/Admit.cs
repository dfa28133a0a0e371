using System.Diagnostics;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Ingress;

/// <summary>Fourth step: wait for the right to use an instance of the model.</summary>
internal static class Admit
{
    /// <summary>A model in a cloud is not waited for: past the queue and the scheduler, whatever goes on there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="clouds">The way there.</param>
    /// <param name="prepared">What is asked for.</param>
    public static Checked<Lease> IntoCloud(LiveRequest request, Clouds clouds, Prepared prepared)
    {
        if (request.Aborted.IsCancellationRequested)
        {
            return request.WhyAborted;
        }

        var (model, engine) = (prepared.Model, prepared.Model.Engine);
        var instance = Clouds.InstanceOf(model);
        clouds.Enter(engine);
        request.Granted(instance, model, atOnce: true);
        return new Lease(mailbox: null, new Ticket(0, model.Id, prepared.Priority), instance, clouds.WayTo(engine), recall: null) { Released = () => clouds.Leave(engine) };
    }

    /// <param name="request">The request.</param>
    /// <param name="admission">The door.</param>
    /// <param name="prepared">What is asked for.</param>
    /// <param name="keepAlive">Tells the client that it is not forgotten.</param>
    /// <param name="place">The place of an earlier grant that came to nothing; null for a newcomer.</param>
    /// <returns>The lease, which the caller disposes when the engine has sent its last byte.</returns>
    public static async ValueTask<Checked<Lease>> EnterAsync(LiveRequest request, Admission admission, Prepared prepared, KeepAlive keepAlive, Ticket? place)
    {
        if (request.Aborted.IsCancellationRequested)
        {
            // Or an engine would be started for nobody.
            return request.WhyAborted;
        }

        var ticket = admission.TakeTicket(new TicketRequest(prepared.Model.Id, prepared.Priority)
        {
            Key = request.Entry.Key,
            Place = place,
            OnlyLoads = prepared.Plan is Plan.Wish,
            IdleTimeout = prepared.IdleTimeout,
        }, request);
        try
        {
            var decision = ticket.DecisionAsync(request.Aborted);
            var atOnce = decision.IsCompleted;
            if (!atOnce)
            {
                await keepAlive.WhileAsync(ticket.Outcome, async () => (await ticket.LookAsync())?.ToString() ?? "queued", request.Aborted);
            }

            switch (await decision)
            {
                case AdmissionResult.Granted(var lease):
                    request.Granted(lease.Instance, prepared.Model, atOnce);
                    return lease;
                case AdmissionResult.Refused(var error):
                    request.WaitedInVain();
                    return error;
                default:
                    throw new UnreachableException();
            }
        }
        catch (OperationCanceledException) when (request.Aborted.IsCancellationRequested)
        {
            request.WaitedInVain();
            return request.WhyAborted;
        }
    }
}
