namespace Lockkeeper.Core.Scheduling;

/// <summary>Why an instance failed, with the evidence a person needs at 2 a.m.</summary>
/// <param name="Cause">One sentence: what happened.</param>
/// <param name="ExitCode">Exit code of the process, 128 + signal when a signal ended it; null when it is not known or it still ran.</param>
/// <param name="LastOutput">The last lines the engine printed, oldest first.</param>
internal sealed record InstanceFailure(string Cause, int? ExitCode, IReadOnlyList<string> LastOutput)
{
    public static InstanceFailure Of(string cause) => new(cause, null, []);
}
