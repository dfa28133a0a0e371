using System.Collections.Frozen;
using System.Diagnostics;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Telemetry;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Scheduling;

/// <summary>
/// The door to the engines. Owns the <see cref="Scheduler"/>: turns messages into events, and performs the effects by posting work, awaiting nothing.
/// Everything that changes runs in the loop of its <see cref="AdmissionMailbox"/>, one message at a time, on whatever thread posted it.
/// </summary>
internal sealed partial class Admission : IDisposable
{
    /// <summary>How often a ticket may be granted a run that is over already before it is told so; without a limit an engine that dies as soon as it is ready would be started for ever.</summary>
    private const int VainGrantsATicketSurvives = 2;

    private readonly AdmissionMailbox _mailbox;
    private readonly IInstanceHost _host;
    private readonly TimeProvider _time;
    private readonly ILogger<Admission> _logger;
    private readonly long _start;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // From here on: the loop's own.
    private FrozenDictionary<ModelId, ModelSpec> _models;
    private readonly Scheduler _scheduler;
    private readonly WakeTimer _wake;
    private readonly List<SchedulerEffect> _effects = [];
    private readonly Dictionary<long, AdmissionTicket> _waiting = [];
    private readonly Dictionary<long, Recall> _recalls = [];
    private long _lastTicket;
    private bool _preempts;
    private bool _closing;
    private bool _failed;

    /// <remarks>The mailbox is made first, because the host needs it too: news of instances arrives there. The host is called by the loop alone, on any thread.</remarks>
    public Admission(ModelCatalog models, SchedulerOptions options, AdmissionMailbox mailbox, IInstanceHost host, TimeProvider time, ILogger<Admission> logger)
    {
        _models = models.Models.ToFrozenDictionary(model => model.Id);
        _scheduler = new Scheduler(options);
        _mailbox = mailbox;
        _host = host;
        _time = time;
        _logger = logger;
        _start = time.GetTimestamp();
        _preempts = options.Preempt;
        _wake = new WakeTimer(time, () => mailbox.Post(new SchedulerEvent.Woken()));
        mailbox.Open(Handle);
        mailbox.Post(new SchedulerEvent.Woken()); // engines that run anyway are watched from the beginning
    }

    /// <summary>Watches what is done with instances; null for nobody.</summary>
    public SwapWatch? Watch { get; init; }

    /// <summary>Is told of each run that is over, and why; null for nobody. Runs in the loop, and must return at once.</summary>
    public Action<InstanceId, ModelSpec?, InstanceFailure?>? Ended { get; set; }

    /// <summary>Completes when it is closed and every instance has settled. Fails when the loop has failed: then nothing is admitted any more, and only a restart helps.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Asks for an instance of the model; one that is not configured (any more) is refused. Never blocks.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="asker">The request that is to wait with the ticket, and knows it before anybody can see it in the queue; null where nobody's request does.</param>
    public AdmissionTicket TakeTicket(TicketRequest request, LiveRequest? asker = null)
    {
        var ticket = new AdmissionTicket(this, request);
        asker?.Wait(ticket);
        _mailbox.Post(new AdmissionMessage.Entered(ticket));
        return ticket;
    }

    /// <summary>
    /// From now on these are the models. Who waits for one that is gone is refused; its run, and one that is made of something else now, gets no more work and goes when what is in flight
    /// is done. Everything else runs on.
    /// </summary>
    public void Reconfigure(ModelCatalog models, SchedulerOptions options) => _mailbox.Post(new AdmissionMessage.Reconfigured(models, options));

    /// <summary>How things stand.</summary>
    public Task<SchedulerSnapshot> LookAsync()
    {
        var answer = new TaskCompletionSource<SchedulerSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mailbox.Post(new AdmissionMessage.Asked(answer));
        return answer.Task;
    }

    /// <summary>Whether anybody waits. A look from outside the loop: it may be a moment old.</summary>
    public bool AnyWaits => _waiting.Count > 0;

    /// <summary>Tells the scheduler something that did not come from an instance: a measurement, or a wish of a person.</summary>
    public void Tell(SchedulerEvent happened) => _mailbox.Post(happened);

    /// <summary>Admits nobody any more, refuses who waits, lets what runs finish, and stops everything. There is no time limit: to force an end is the caller's business.</summary>
    /// <returns><see cref="Completion"/>.</returns>
    public Task CloseAsync()
    {
        _mailbox.Post(new SchedulerEvent.Closing());
        return Completion;
    }

    public void Dispose() => _wake.Dispose();

    internal void Remove(AdmissionTicket ticket) => _mailbox.Post(new AdmissionMessage.Left(ticket));

    private void Handle(AdmissionMessage message)
    {
        try
        {
            switch (message)
            {
                case AdmissionMessage.Entered(var ticket):
                    Admit(ticket);
                    break;
                case AdmissionMessage.Left(var ticket):
                    LetGo(ticket);
                    break;
                case AdmissionMessage.Happened(var happened):
                    Note(happened);
                    Handle(happened);
                    break;
                case AdmissionMessage.Reconfigured(var models, var options):
                    _models = models.Models.ToFrozenDictionary(model => model.Id);
                    _preempts = options.Preempt;
                    Handle(new SchedulerEvent.ConfigChanged(options));
                    LogReconfigured(_models.Count, options.Pools.Length);
                    break;
                case AdmissionMessage.Asked(var answer):
                    answer.SetResult(_failed ? SchedulerSnapshot.Empty : _scheduler.Look(_time.GetElapsedTime(_start)));
                    break;
                default:
                    throw new UnreachableException();
            }
        }
        catch (Exception failure)
        {
            Fail(failure);
            (message as AdmissionMessage.Asked)?.Answer.TrySetException(failure);
        }
    }

    private void Admit(AdmissionTicket ticket)
    {
        if (_failed)
        {
            ticket.Refuse(new RouterError.ShuttingDown());
            return;
        }

        if (ticket.Outcome.IsCompleted)
        {
            return; // left between a vain grant and its next try
        }

        // Numbered here and not where it was made, so that numbers rise in the order of arrival. Who tries again keeps its number, and with it its place.
        ticket.Ticket ??= new Ticket(++_lastTicket, ticket.Request.Model, ticket.Request.Priority)
        {
            Key = ticket.Request.Key ?? "",
            OnlyLoads = ticket.Request.OnlyLoads,
            IdleTimeout = ticket.Request.IdleTimeout ?? TimeSpan.MaxValue,
            Since = _time.GetElapsedTime(_start),
        };
        _waiting.Add(ticket.Ticket.Id, ticket);
        Handle(new SchedulerEvent.Arrived(ticket.Ticket));
    }

    private void LetGo(AdmissionTicket ticket)
    {
        if (ticket.Lease is { } lease)
        {
            lease.Release();
            return;
        }

        ticket.Cancel();
        if (ticket.Ticket is { } place && _waiting.Remove(place.Id))
        {
            Handle(new SchedulerEvent.Cancelled(place.Id));
        }
    }

    private void Handle(SchedulerEvent happened)
    {
        if (_failed)
        {
            return;
        }

        var now = _time.GetElapsedTime(_start);
        var wake = _scheduler.Handle(happened, now, _effects);
        foreach (var effect in _effects)
        {
            Perform(effect);
        }

        _effects.Clear();
        _wake.Set(wake, now);
        if (_closing && _scheduler.IsSettled)
        {
            _completion.TrySetResult();
        }
    }

    private void Perform(SchedulerEffect effect)
    {
        switch (effect)
        {
            case SchedulerEffect.Grant(var ticketId, var instance):
                Grant(_waiting[ticketId], instance);
                _waiting.Remove(ticketId);
                break;
            case SchedulerEffect.Refuse(var ticketId, var error):
                _waiting[ticketId].Refuse(error);
                _waiting.Remove(ticketId);
                break;
            case SchedulerEffect.Start(var instance):
                LogStart(instance, _scheduler.WaitingCount);
                Watch?.Starting(instance);
                _host.Start(instance, _models[instance.Model]);
                break;
            case SchedulerEffect.Drain(var instance):
                LogDrain(instance, _scheduler.WaitingCount);
                Watch?.Draining(instance);
                break;
            case SchedulerEffect.Stop(var instance, var reason):
                LogStop(instance, reason);
                Watch?.Stopping(instance, reason);
                _host.Stop(instance, reason);
                break;
            case SchedulerEffect.Requeue(var ticketId, var instance):
                LogRecall(instance, ticketId);
                _recalls.GetValueOrDefault(ticketId)?.Call();
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void Grant(AdmissionTicket ticket, InstanceId instance)
    {
        if (_host.UpstreamOf(instance) is { } upstream)
        {
            var place = ticket.Ticket!;
            ticket.Grant(new Lease(_mailbox, place, instance, upstream, RecallOf(place, instance)));
            return;
        }

        // The run is over and the news of it on its way. Told here first, or the ticket would be granted the same dead run until it comes; what comes later is then old news.
        LogVainGrant(instance);
        _mailbox.Post(new SchedulerEvent.InstanceGone(instance, Failure: null));
        if (ticket.VainGrants++ < VainGrantsATicketSurvives)
        {
            _mailbox.Post(new AdmissionMessage.Entered(ticket));
        }
        else
        {
            ticket.Refuse(new RouterError.EngineFailed(ticket.Request.Model, InstanceFailure.Of("it ended each time before the request could be sent")));
        }
    }

    /// <summary>Only background requests are ever called back, and only where that is configured: all others are spared the bookkeeping.</summary>
    private Recall? RecallOf(Ticket ticket, InstanceId instance)
    {
        if (!_preempts || ticket.Priority != Priority.Background)
        {
            return null;
        }

        return _recalls[ticket.Id] = new Recall(() => _mailbox.Post(new SchedulerEvent.FirstByteSent(ticket.Id, instance)));
    }

    /// <summary>What the loop itself must know of the news it passes on.</summary>
    private void Note(SchedulerEvent happened)
    {
        switch (happened)
        {
            case SchedulerEvent.Closing:
                _closing = true;
                break;
            case SchedulerEvent.Woken:
                _wake.HasRung();
                break;
            case SchedulerEvent.Released(var ticketId, _) when _recalls.Remove(ticketId, out var recall):
                recall.Dispose();
                break;
            case SchedulerEvent.InstanceGone(var instance, var failure):
                Ended?.Invoke(instance, _models.GetValueOrDefault(instance.Model), failure);
                break;
        }
    }

    /// <summary>
    /// The scheduler or the host has broken its word, so nothing it says can be trusted any more. Nobody is left waiting for an answer that will not come: all are refused,
    /// and so is everybody who comes later.
    /// </summary>
    private void Fail(Exception failure)
    {
        LogFailure(failure);
        _failed = true;
        foreach (var ticket in _waiting.Values)
        {
            ticket.Refuse(new RouterError.ShuttingDown());
        }

        _waiting.Clear();
        _effects.Clear();
        _completion.TrySetException(failure);
    }

    [LoggerMessage(200, LogLevel.Information, "{Instance}: starting, {Waiting} waiting")]
    private partial void LogStart(InstanceId instance, int waiting);

    [LoggerMessage(201, LogLevel.Information, "{Instance}: draining, {Waiting} waiting")]
    private partial void LogDrain(InstanceId instance, int waiting);

    [LoggerMessage(202, LogLevel.Information, "{Instance}: stopping ({Reason})")]
    private partial void LogStop(InstanceId instance, StopReason reason);

    [LoggerMessage(203, LogLevel.Information, "{Instance}: ended before the request it was granted to could be sent; trying again")]
    private partial void LogVainGrant(InstanceId instance);

    [LoggerMessage(205, LogLevel.Information, "{Instance}: background request {Ticket} is called back for a critical one")]
    private partial void LogRecall(InstanceId instance, long ticket);

    [LoggerMessage(211, LogLevel.Debug, "There are {Models} models in {Pools} pools now")]
    private partial void LogReconfigured(int models, int pools);

    [LoggerMessage(204, LogLevel.Critical, "The admission loop has failed. Every request is refused from here on; restart Lockkeeper")]
    private partial void LogFailure(Exception failure);
}
