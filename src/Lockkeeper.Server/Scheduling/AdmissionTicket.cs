using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Scheduling;

/// <summary>One request at the door: waits, is told how it stands, is let in or turned away, or leaves.</summary>
internal sealed class AdmissionTicket(Admission admission, TicketRequest request)
{
    private readonly TaskCompletionSource<AdmissionResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;

    public TicketRequest Request { get; } = request;

    /// <summary>
    /// How it ended: complete already when <see cref="Admission.TakeTicket"/> returns if there is nothing to wait for, cancelled when the client left first.
    /// Completed by the loop alone, so a grant and a departure can never both win.
    /// </summary>
    public Task<AdmissionResult> Outcome => _outcome.Task;

    /// <summary>Whether <see cref="Leave"/> was called. If it was, the lease in <see cref="Outcome"/> must not be used, even if there is one.</summary>
    public bool HasLeft => Volatile.Read(ref _left) == 1;

    /// <summary>Its place in the scheduler's line; null until the loop has seen it. Written by the loop alone.</summary>
    internal Ticket? Ticket { get; set; } = request.Place;

    /// <summary>What it was granted. Read and written by the loop alone.</summary>
    internal Lease? Lease { get; private set; }

    /// <summary>Grants that named a run that was over already. Read and written by the loop alone.</summary>
    internal int VainGrants { get; set; }

    /// <summary>
    /// The client has gone. Any thread, any number of times. It leaves the line; and if it is granted in this very moment, the loop takes the lease back: a slot is never
    /// given to nobody.
    /// </summary>
    public void Leave()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            admission.Remove(this);
        }
    }

    /// <summary>Waits for the outcome on behalf of a client that may leave.</summary>
    /// <exception cref="OperationCanceledException">The client left first; it holds nothing.</exception>
    public ValueTask<AdmissionResult> DecisionAsync(CancellationToken clientGone) =>
        Outcome.IsCompleted ? new ValueTask<AdmissionResult>(Outcome) : UntilDecidedAsync(clientGone);

    /// <summary>What to tell the client while it waits; null when it does not wait any more.</summary>
    public async Task<WaitingSnapshot?> LookAsync()
    {
        var snapshot = await admission.LookAsync();
        for (var ahead = 0; ahead < snapshot.Waiting.Length; ahead++)
        {
            if (snapshot.Waiting[ahead].Ticket.Id == Ticket?.Id)
            {
                return WaitingSnapshot.Of(snapshot, ahead);
            }
        }

        return null;
    }

    internal void Grant(Lease lease)
    {
        Lease = lease;
        _outcome.TrySetResult(new AdmissionResult.Granted(lease));
    }

    internal void Refuse(Core.Wire.RouterError error) => _outcome.TrySetResult(new AdmissionResult.Refused(error));

    internal void Cancel() => _outcome.TrySetCanceled();

    private async ValueTask<AdmissionResult> UntilDecidedAsync(CancellationToken clientGone)
    {
        AdmissionResult result;
        var registration = clientGone.UnsafeRegister(static ticket => ((AdmissionTicket)ticket!).Leave(), this);
        try
        {
            result = await Outcome;
        }
        finally
        {
            await registration.DisposeAsync();
        }

        // Nobody can leave past this point. If leaving and a grant have met, the loop takes the lease back, and it must not be used.
        return HasLeft ? throw new OperationCanceledException(clientGone) : result;
    }
}
