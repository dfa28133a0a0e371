using System.Diagnostics;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Scheduling;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Ingress;

/// <summary>Fourth step: wait for the right to use an instance of the model.</summary>
internal static class Admit
{
    /// <param name="http">The request.</param>
    /// <param name="admission">The door.</param>
    /// <param name="prepared">What is asked for.</param>
    /// <param name="keepAlive">Tells the client of a stream that it is not forgotten.</param>
    /// <param name="place">The place of an earlier grant that came to nothing; null for a newcomer.</param>
    /// <returns>The lease, which the caller disposes when the engine has sent its last byte.</returns>
    public static async ValueTask<Checked<Lease>> EnterAsync(HttpContext http, Admission admission, Prepared prepared, KeepAlive keepAlive, Ticket? place)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            // Or an engine would be started for nobody.
            return new RouterError.ClientGone();
        }

        var ticket = admission.TakeTicket(new TicketRequest(prepared.Model.Id, prepared.Priority) { Place = place });
        try
        {
            var decision = ticket.DecisionAsync(http.RequestAborted);
            if (!decision.IsCompleted && prepared.Stream)
            {
                await keepAlive.WhileAsync(ticket.Outcome, async () => (await ticket.LookAsync())?.ToString() ?? "queued", http.RequestAborted);
            }

            return await decision switch
            {
                AdmissionResult.Granted(var lease) => lease,
                AdmissionResult.Refused(var error) => error,
                _ => throw new UnreachableException(),
            };
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return new RouterError.ClientGone();
        }
    }
}
