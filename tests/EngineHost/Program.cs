using System.Globalization;
using EngineHost;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Memory;
using Microsoft.Extensions.Logging.Abstractions;

// A Lockkeeper reduced to its engines, for a test to kill: starts the command line it is given, prints "ENGINE REAPER" (pids), and lives until it is killed.
// With --unguarded first it stops at the worst moment: the engine's process exists, and the reaper has not been told of it.
if (args is ["--unguarded", var program, .. var arguments])
{
    using var trampoline = Trampoline.Spawn(new EngineCommand(program, [.. arguments], Environment.CurrentDirectory), EnvironmentVariables.Own());
    await Tell(trampoline.Child.Pid, 0);
    return;
}

var observer = new ReadySignal();
await using var instances = new Instances(observer, new UnknownMemoryReader(), _ => TimeSpan.FromSeconds(1), TimeProvider.System, NullLoggerFactory.Instance);
var model = new ModelSpec { Id = new ModelId("hosted"), Engine = new EngineSpec { Name = "hosted", Command = [.. args] } };
instances.Start(new InstanceId(model.Id, 1), model);
await observer.Ready;
await Tell(instances.Snapshot()[0].Pid ?? 0, instances.ReaperPid ?? 0);

static async Task Tell(int engine, int reaper)
{
    Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{engine} {reaper}"));
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
}
