using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Scheduling;

/// <summary>What is asked for at the door.</summary>
/// <param name="Model">The model.</param>
/// <param name="Priority">How urgent it is.</param>
internal readonly record struct TicketRequest(ModelId Model, Priority Priority)
{
    /// <summary>Name of the API key it came with; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Whether the model is only to be made resident: the lease is given back at once.</summary>
    public bool OnlyLoads { get; init; }

    /// <summary>How long the model is to stay idle behind it at most; null for as long as its configuration allows.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>The place of an earlier grant that came to nothing; null for a newcomer.</summary>
    public Ticket? Place { get; init; }
}
