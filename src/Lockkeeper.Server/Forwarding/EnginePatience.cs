using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Scheduling;

namespace Lockkeeper.Server.Forwarding;

/// <summary>Ends a forwarded request when it is aborted, or when the engine has sent nothing for too long. Each byte renews it.</summary>
internal sealed class EnginePatience : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationTokenRegistration _recalled;
    private readonly CancellationTokenRegistration _registrationOfLoss;
    private readonly Recall? _recall;
    private readonly Pulse.Beat _beat;
    private readonly Upstream _engine;

    /// <param name="timeout">How long the engine may send nothing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="recall">How the request may be called back; null when it may not.</param>
    /// <param name="engine">The engine, which is doubted when nothing comes of it.</param>
    /// <param name="stream">Whether the answer comes piece by piece.</param>
    /// <param name="aborted">The client has left, or the request is ended early.</param>
    public EnginePatience(TimeSpan timeout, TimeProvider time, Recall? recall, Upstream engine, bool stream, CancellationToken aborted)
    {
        _beat = engine.Pulse.Begin(stream);
        _engine = engine;
        _timeout = timeout;
        Aborted = aborted;
        _recall = recall;
        _end = new CancellationTokenSource(timeout, time);
        _registration = aborted.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
        _registrationOfLoss = engine.WhenLost(_end);
        _recalled = recall?.WhenCalled(_end) ?? default;
    }

    /// <summary>The request is over for any reason but the engine's silence.</summary>
    public CancellationToken Aborted { get; }

    public CancellationToken Token => _end.Token;

    public void Renew()
    {
        _end.CancelAfter(_timeout);
        _beat.Renew();
    }

    /// <summary>Stops the clock until the next <see cref="Renew"/>: while a client does not read, its engine is not asked for more.</summary>
    public void Suspend()
    {
        _end.CancelAfter(Timeout.InfiniteTimeSpan);
        _beat.Suspend();
    }

    /// <summary>The first of the answer is there to be passed on.</summary>
    /// <returns>Whether it may be; if not, the request has been called back.</returns>
    public bool TryKeep() => _recall?.TryKeep() != false;

    /// <summary>What a failure of sending or reading means. Only a connection that never came about proves that the engine has not seen the request.</summary>
    public ForwardOutcome Explain(Exception failure)
    {
        if (Aborted.IsCancellationRequested)
        {
            return ForwardEnd.Aborted;
        }

        if (_recall?.IsCalled == true)
        {
            return ForwardEnd.Recalled;
        }

        if (_engine.IsLost)
        {
            return new ForwardOutcome(ForwardEnd.Broken, "it was found dead");
        }

        if (_end.IsCancellationRequested)
        {
            _beat.GiveUp();
            return ForwardEnd.Silent;
        }

        return failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            ? new ForwardOutcome(ForwardEnd.Unreached, failure.Message)
            : new ForwardOutcome(ForwardEnd.Broken, failure.GetBaseException().Message);
    }

    public void Dispose()
    {
        _registration.Dispose();
        _recalled.Dispose();
        _registrationOfLoss.Dispose();
        _beat.Dispose();
        _end.Dispose();
    }
}
