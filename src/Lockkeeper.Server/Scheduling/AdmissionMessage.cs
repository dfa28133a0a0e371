using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Scheduling;

/// <summary>What can be said to the admission loop.</summary>
internal abstract record AdmissionMessage
{
    private AdmissionMessage()
    {
    }

    /// <summary>A request asks for its model; also one whose grant led nowhere and who keeps its place in the line.</summary>
    public sealed record Entered(AdmissionTicket Ticket) : AdmissionMessage;

    /// <summary>The client has gone.</summary>
    public sealed record Left(AdmissionTicket Ticket) : AdmissionMessage;

    /// <summary>News for the scheduler.</summary>
    public sealed record Happened(SchedulerEvent Event) : AdmissionMessage;

    /// <summary>There are other models, or other rules.</summary>
    public sealed record Reconfigured(ModelCatalog Models, SchedulerOptions Options) : AdmissionMessage;

    /// <summary>Somebody wants to know how things stand.</summary>
    public sealed record Asked(TaskCompletionSource<SchedulerSnapshot> Answer) : AdmissionMessage;
}
