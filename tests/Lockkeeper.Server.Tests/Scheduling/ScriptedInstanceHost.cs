using System.Collections.Concurrent;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Scheduling;

namespace Lockkeeper.Server.Tests.Scheduling;

/// <summary>A host without processes: does what the test says, and demands what every host may rely on, above all that nothing starts before the former run has settled.</summary>
internal sealed class ScriptedInstanceHost(AdmissionMailbox mailbox) : IInstanceHost, IDisposable
{
    private readonly ConcurrentDictionary<InstanceId, Upstream> _upstreams = new();
    private InstanceId? _unsettled;
    private InstanceId? _lastStarted;

    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Called for every start; null leaves it to the test.</summary>
    public Action<InstanceId>? OnStart { get; set; }

    /// <summary>Called for every stop; null leaves it to the test.</summary>
    public Action<InstanceId>? OnStop { get; set; }

    /// <summary>Called in the middle of every grant.</summary>
    public Action? OnUpstreamAsked { get; set; }

    /// <summary>What went against the contract of a host.</summary>
    public ConcurrentQueue<string> Broken { get; } = new();

    public InstanceFailure? WhyNotStart(ModelSpec model) => null;

    public void Start(InstanceId instance, ModelSpec model)
    {
        Asked.Enqueue($"start {instance}");
        Demand(_unsettled is null, $"{instance} starts before {_unsettled} has settled");
        Demand(model.Id == instance.Model, $"{instance} starts as {model.Id}");
        _unsettled = instance;
        _lastStarted = instance;
        OnStart?.Invoke(instance);
    }

    public void Stop(InstanceId instance, StopReason reason)
    {
        Asked.Enqueue($"stop {instance}");

        // The run may be over already: the stop and the news of a crash can meet on the way.
        Demand(_lastStarted == instance, $"{instance} is stopped, but {_lastStarted} was started since");
        OnStop?.Invoke(instance);
    }

    public Upstream? UpstreamOf(InstanceId instance)
    {
        OnUpstreamAsked?.Invoke();
        return _upstreams.GetValueOrDefault(instance);
    }

    public Task<InstanceFailure?> FailureOfAsync(InstanceId instance, TimeSpan patience) => Task.FromResult<InstanceFailure?>(null);

    public void Ready(InstanceId instance)
    {
        _upstreams[instance] = new Upstream(new Uri("http://127.0.0.1:1"));
        mailbox.Post(new SchedulerEvent.InstanceReady(instance));
    }

    public void FailStart(InstanceId instance) => mailbox.Post(new SchedulerEvent.StartFailed(instance, InstanceFailure.Of("made to fail")));

    /// <summary>The run is over, but nobody has been told yet.</summary>
    public void Die(InstanceId instance)
    {
        if (_upstreams.TryRemove(instance, out var upstream))
        {
            upstream.Dispose();
        }
    }

    public void Gone(InstanceId instance, InstanceFailure? failure = null)
    {
        Die(instance);
        mailbox.Post(new SchedulerEvent.InstanceGone(instance, failure));
    }

    public void Settled(InstanceId instance)
    {
        _unsettled = null;
        mailbox.Post(new SchedulerEvent.MemorySettled(instance));
    }

    /// <summary>Gone, and its memory back.</summary>
    public void Ends(InstanceId instance)
    {
        Gone(instance);
        Settled(instance);
    }

    public void Dispose()
    {
        foreach (var instance in _upstreams.Keys)
        {
            Die(instance);
        }
    }

    private void Demand(bool kept, string promise)
    {
        if (!kept)
        {
            Broken.Enqueue(promise);
        }
    }
}
