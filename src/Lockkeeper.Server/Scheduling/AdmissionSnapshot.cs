using System.Collections.Immutable;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Scheduling;

/// <summary>How things stood at one moment. For showing: by the time it is read it may be over.</summary>
/// <param name="Instances">Every instance that is not settled yet.</param>
/// <param name="Waiting">Those who wait, in the order in which they would be served if nobody came or left any more.</param>
internal sealed record AdmissionSnapshot(ImmutableArray<InstanceReport> Instances, ImmutableArray<Ticket> Waiting);
