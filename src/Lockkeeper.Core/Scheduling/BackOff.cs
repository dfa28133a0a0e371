namespace Lockkeeper.Core.Scheduling;

/// <summary>A model that failed again and again, by failing to start or by dying soon after, is left alone for a while, and longer each time.</summary>
internal sealed class BackOff
{
    /// <summary>The first failures may be an accident; whoever asks next tries again at once.</summary>
    private const int FailuresForgiven = 2;

    private const int MostDoublings = 6;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);

    /// <summary>A run that served so long was in order: its death begins a new count.</summary>
    private static readonly TimeSpan GoodRun = TimeSpan.FromMinutes(1);

    private InstanceFailure? _last;

    public int Failures { get; private set; }

    /// <summary>Before it nothing is started.</summary>
    public TimeSpan NextTry { get; private set; }

    /// <summary>Why it failed the last time, when it is being left alone; null when it may be started.</summary>
    public InstanceFailure? Evidence(TimeSpan now) => now < NextTry ? _last : null;

    /// <param name="failure">Why it failed.</param>
    /// <param name="readyFor">How long it had been ready; null for a failed start.</param>
    /// <param name="now">The time.</param>
    public void Failed(InstanceFailure failure, TimeSpan? readyFor, TimeSpan now)
    {
        Failures = readyFor >= GoodRun ? 1 : Failures + 1;
        _last = failure;
        NextTry = Failures <= FailuresForgiven ? now : now + (First * (1 << Math.Min(Failures - FailuresForgiven - 1, MostDoublings)));
    }

    /// <summary>A run has ended because it was asked to.</summary>
    public void EndedWell()
    {
        Failures = 0;
        NextTry = TimeSpan.Zero;
    }
}
