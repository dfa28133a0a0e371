namespace Lockkeeper.Core.Scheduling;

/// <summary>One instance at one moment. For showing: a decision made from it would be stale.</summary>
/// <param name="Id">Which run.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="InFlight">Requests granted and not yet released.</param>
internal readonly record struct InstanceReport(InstanceId Id, InstancePhase Phase, int InFlight);
