namespace Lockkeeper.Server.Forwarding;

/// <summary>Ends a forwarded request when it is aborted, or when the engine has sent nothing for too long. Each byte renews it.</summary>
internal sealed class EnginePatience : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _registration;

    public EnginePatience(TimeSpan timeout, TimeProvider time, CancellationToken aborted)
    {
        _timeout = timeout;
        Aborted = aborted;
        _end = new CancellationTokenSource(timeout, time);
        _registration = aborted.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
    }

    /// <summary>The request is over for any reason but the engine's silence.</summary>
    public CancellationToken Aborted { get; }

    public CancellationToken Token => _end.Token;

    public void Renew() => _end.CancelAfter(_timeout);

    /// <summary>Stops the clock until the next <see cref="Renew"/>: while a client does not read, its engine is not asked for more.</summary>
    public void Suspend() => _end.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>What a failure of sending or reading means. Only a connection that never came about proves that the engine has not seen the request.</summary>
    public ForwardOutcome Explain(Exception failure)
    {
        if (Aborted.IsCancellationRequested)
        {
            return ForwardEnd.Aborted;
        }

        if (_end.IsCancellationRequested)
        {
            return ForwardEnd.Silent;
        }

        return failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            ? new ForwardOutcome(ForwardEnd.Unreached, failure.Message)
            : new ForwardOutcome(ForwardEnd.Broken, failure.GetBaseException().Message);
    }

    public void Dispose()
    {
        _registration.Dispose();
        _end.Dispose();
    }
}
