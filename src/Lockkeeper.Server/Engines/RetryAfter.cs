namespace Lockkeeper.Server.Engines;

/// <summary>When trying again makes sense, as an engine or a cloud says it: in seconds, or as a date.</summary>
internal static class RetryAfter
{
    /// <returns>Zero for a date that has gone by; null where it is not said.</returns>
    public static TimeSpan? Of(HttpResponseMessage answer, TimeProvider time) => answer.Headers.RetryAfter switch
    {
        { Delta: { } pause } => pause,
        { Date: { } date } => date - time.GetUtcNow() is var pause && pause > TimeSpan.Zero ? pause : TimeSpan.Zero,
        _ => null,
    };
}
