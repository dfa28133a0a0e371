using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines;

/// <summary>Is told what became of an instance. Implemented by the admission mailbox: never blocks, never fails.</summary>
internal interface IInstanceObserver
{
    void Post(SchedulerEvent happened);
}
