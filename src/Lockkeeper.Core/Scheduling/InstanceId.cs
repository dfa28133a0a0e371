using Lockkeeper.Core.Models;

namespace Lockkeeper.Core.Scheduling;

/// <summary>One run of an engine for one model. Naming the run makes late news of an old run recognisable, and ignorable.</summary>
internal readonly record struct InstanceId(ModelId Model, long Run)
{
    public override string ToString() => $"{Model}#{Run}";
}
