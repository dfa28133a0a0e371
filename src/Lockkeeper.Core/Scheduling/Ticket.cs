using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>One request waiting for its turn. Ids rise with arrival, so they are also the order of arrival.</summary>
internal sealed record Ticket(long Id, ModelId Model, Priority Priority)
{
    /// <summary>Name of the API key it came with; empty for none. Shares of a model are fair between keys.</summary>
    public string Key { get; init; } = "";

    /// <summary>Whether it only wants the model loaded, and gives its slot back at once.</summary>
    public bool OnlyLoads { get; init; }

    /// <summary>How long its model is to stay idle behind it at most, where its client says so; <see cref="TimeSpan.MaxValue"/> for as long as the model's options allow.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.MaxValue;

    /// <summary>When it first came; a ticket that is put back keeps it, and with it its deadline. Null: it comes now.</summary>
    public TimeSpan? Since { get; init; }
}
