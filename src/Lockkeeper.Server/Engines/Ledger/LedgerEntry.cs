namespace Lockkeeper.Server.Engines.Ledger;

/// <summary>One engine that runs: enough to prove later, to somebody who has not started it, that a process is this one.</summary>
/// <param name="Model">The model it serves.</param>
/// <param name="Pid">Its first process, and the number of its group and session.</param>
/// <param name="Started">When that was started, in clock ticks since boot: with the pid it names the process for ever.</param>
/// <param name="Executable">What was started.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Mark">Its value of <see cref="Reaper.MarkVariable"/>, which all that it starts inherit and nobody else has.</param>
internal sealed record LedgerEntry(string Model, int Pid, long Started, string Executable, int Port, string Mark);
