using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>One request waiting for its turn. Ids rise with arrival, so they are also the order of arrival.</summary>
internal sealed record Ticket(long Id, ModelId Model, Priority Priority);
