namespace Lockkeeper.Core.Dialects.Ollama;

/// <summary>The times that Ollama's answers tell and no engine knows. They are asked for when they are written.</summary>
/// <param name="total">Since the request came.</param>
/// <param name="load">Of it, until the model was there: in the queue and while it was loaded.</param>
internal sealed class AnswerClock(Func<TimeSpan> total, Func<TimeSpan> load)
{
    /// <summary>Tells nothing.</summary>
    public static readonly AnswerClock Stopped = new(static () => TimeSpan.Zero, static () => TimeSpan.Zero);

    public TimeSpan Total => total();

    public TimeSpan Load => load();
}
