using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Server.Scheduling;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Telemetry;

/// <summary>A request that has not ended: what is noted of it, and the one token by which it ends early, whoever wants that.</summary>
internal sealed class LiveRequest : IDisposable
{
    private readonly long _arrived;
    private readonly TimeProvider _time;
    private readonly SwapWatch? _swaps;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _registration;
    private readonly Lock _gate = new();
    private EndedBy _endedBy;
    private bool _over;
    private long _waiting;
    private ModelId _model;
    private TimeSpan? _limit;
    private TimeSpan? _allowed;

    public LiveRequest(JournalEntry entry, HttpContext http, TimeProvider time, SwapWatch? swaps)
    {
        Entry = entry;
        _time = time;
        _swaps = swaps;
        _arrived = time.GetTimestamp();
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _registration = http.RequestAborted.UnsafeRegister(static request => ((LiveRequest)request!).ClientLeaves(), this);
    }

    private enum EndedBy
    {
        Nobody,
        Client,
        Operator,
    }

    public JournalEntry Entry { get; }

    /// <summary>Cancelled when the client hangs up, an operator cancels the request, or it has run for as long as it may.</summary>
    public CancellationToken Aborted => _end.Token;

    /// <summary>Since it arrived.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_arrived);

    /// <summary>Why it was aborted, as the error to answer with.</summary>
    public RouterError WhyAborted => _endedBy switch
    {
        EndedBy.Operator => new RouterError.CancelledByOperator(Entry.Id),
        EndedBy.Nobody when _allowed is { } allowed && Age >= allowed => new RouterError.TimeoutAsked(allowed),
        EndedBy.Nobody when _limit is { } limit && _end.IsCancellationRequested => new RouterError.MaxDurationPassed(_model, limit),
        _ => new RouterError.ClientGone(),
    };

    /// <summary>The client wants no answer that comes later than this after its arrival.</summary>
    public void Allow(TimeSpan time)
    {
        _allowed = time;
        _end.CancelAfter(time > Age ? time - Age : TimeSpan.Zero);
    }

    /// <summary>It begins to wait for an instance.</summary>
    public void Wait(AdmissionTicket ticket)
    {
        _waiting = _time.GetTimestamp();
        Entry.Ticket = ticket;
        Entry.State = RequestState.Queued;
    }

    /// <summary>It does not wait any more, and has nothing to show for it.</summary>
    public void WaitedInVain() => Entry.Queue = (Entry.Queue ?? TimeSpan.Zero) + _time.GetElapsedTime(_waiting);

    /// <summary>It has an instance.</summary>
    /// <param name="atOnce">Whether there was nothing to wait for.</param>
    public void Granted(InstanceId instance, ModelSpec model, bool atOnce)
    {
        Entry.State = RequestState.Answering;
        Entry.Instance = instance;
        Entry.Queue ??= TimeSpan.Zero;
        if (!atOnce)
        {
            Entry.Queue += _time.GetElapsedTime(_waiting);
            Entry.Load += _swaps?.LoadSince(instance, _waiting) ?? TimeSpan.Zero;
        }

        Limit(model);
    }

    /// <summary>The engine has sent its last byte, or will send no more.</summary>
    public void Observed(StreamTap tap)
    {
        Entry.FirstByte = tap.FirstByteAt is { } first ? _time.GetElapsedTime(_arrived, first) : null;
        Entry.EngineFirstByte = tap.FirstByte;
        Entry.EngineTime = tap.LastByte;
        Entry.Bytes = tap.Bytes;
        Entry.PromptTokens = tap.PromptTokens;
        Entry.CompletionTokens = tap.CompletionTokens;
    }

    /// <summary>Ends it on behalf of an operator. Any thread, any number of times.</summary>
    /// <returns>False when it is over already.</returns>
    public bool TryCancel()
    {
        lock (_gate)
        {
            if (_over || _endedBy == EndedBy.Client)
            {
                return false;
            }

            if (!_end.IsCancellationRequested)
            {
                _endedBy = EndedBy.Operator;
                _ = _end.CancelAsync(); // what it sets off must not run under the lock, nor in the operator's request
            }

            return true;
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        lock (_gate)
        {
            _over = true;
            _end.Dispose();
        }
    }

    /// <summary>From the first grant on; another try does not begin anew.</summary>
    private void Limit(ModelSpec model)
    {
        if (model.MaxDuration is { } limit && _limit is null)
        {
            _model = model.Id;
            _limit = limit;
            var left = _allowed - Age;
            _end.CancelAfter(left < limit ? (left > TimeSpan.Zero ? left.Value : TimeSpan.Zero) : limit);
        }
    }

    private void ClientLeaves()
    {
        lock (_gate)
        {
            if (!_end.IsCancellationRequested)
            {
                _endedBy = EndedBy.Client;
            }
        }

        _end.Cancel();
    }
}
