namespace Lockkeeper.Server.Telemetry;

/// <summary>How requests have ended since the start. Any thread.</summary>
internal sealed class RequestTotals
{
    private readonly Lock _gate = new();
    private Counts _counts;

    public Counts Now()
    {
        lock (_gate)
        {
            return _counts;
        }
    }

    public void Observe(JournalEntry entry)
    {
        var late = entry.Status == 504;
        lock (_gate)
        {
            _counts = new Counts(
                _counts.Served + (entry.Outcome == RequestOutcome.Answered ? 1 : 0),
                _counts.Rejected + (entry.Outcome == RequestOutcome.Refused && !late ? 1 : 0),
                _counts.Timeouts + (late && entry.Outcome != RequestOutcome.Answered ? 1 : 0),
                _counts.Errors + (entry.Outcome == RequestOutcome.Failed && !late ? 1 : 0),
                _counts.Cancelled + (entry.Outcome == RequestOutcome.Cancelled ? 1 : 0))
            {
                Took = _counts.Took + (entry.Outcome == RequestOutcome.Answered ? entry.Duration ?? TimeSpan.Zero : TimeSpan.Zero),
            };
        }
    }

    /// <summary>Each request counts once.</summary>
    /// <param name="Served">Answered by an engine, whatever the status.</param>
    /// <param name="Rejected">Turned away.</param>
    /// <param name="Timeouts">Waited or ran for longer than it may.</param>
    /// <param name="Errors">Its engine or Lockkeeper failed.</param>
    /// <param name="Cancelled">The client left, or an operator ended it.</param>
    internal readonly record struct Counts(long Served, long Rejected, long Timeouts, long Errors, long Cancelled)
    {
        /// <summary>From arrival to end, of all that were served.</summary>
        public TimeSpan Took { get; init; }

        /// <summary>The same of one of them; null before the first.</summary>
        public TimeSpan? Average => Served == 0 ? null : Took / Served;

        public long All => Served + Rejected + Timeouts + Errors + Cancelled;
    }
}
