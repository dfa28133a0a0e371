using System.Collections.Immutable;
using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Catalog;

/// <summary>
/// Keeps the catalog in step with what engines that run already say they have. They are asked side by side, every 30 s and when somebody wants all models; one that does not answer keeps nobody
/// waiting for long, and keeps its last list for a while: a daemon that is started again has the same models, and who waits for one of them is not to be turned away.
/// </summary>
internal sealed partial class EngineLists(LiveCatalog live, TimeProvider time, ILogger<EngineLists> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>An answer that is no older is fresh.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>Whoever wants all models is kept waiting no longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a list outlives its engine.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    // Always taken within the gate of the catalog, never the other way round.
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private ImmutableArray<ListingEngine> _engines = [];
    private DiscoveryPlan? _plan;
    private Task _loop = Task.CompletedTask;

    /// <summary>Another configuration is about to be in force: its engines are asked from now on, and what they have said already is served by its rules.</summary>
    /// <param name="plan">Its engines; null for none.</param>
    public void Follow(DiscoveryPlan? plan) => live.List(() =>
    {
        lock (_gate)
        {
            var before = _engines;
            _plan = plan;
            _engines = [.. (plan?.Lists ?? []).Select(list => Taken(before.FirstOrDefault(engine => engine.Asked.IsSameAs(list)) ?? new ListingEngine(list, time), plan!))];
            foreach (var gone in before.Except(_engines))
            {
                _ = gone.Asking.ContinueWith(_ => gone.Dispose(), TaskScheduler.Default);
            }

            return Models();
        }
    });

    /// <summary>Begins to ask, and returns at once.</summary>
    public void Start() => _loop = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Waits for fresh answers, but not for long, and not for an engine that had none the last time.</summary>
    public async Task FreshenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Ask(Fresh, alsoTroubled: false).WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What is known has to do.
        }
    }

    /// <summary>Asks all engines now, and waits until each has answered or had its time. What was asked before is waited for first: its answer may be older than what somebody wants to see.</summary>
    public async Task SearchAsync(CancellationToken cancellationToken)
    {
        await UnderWay().WaitAsync(cancellationToken);
        await Ask(TimeSpan.Zero, alsoTroubled: true).WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_engines.Select(engine => engine.Asking));
        foreach (var engine in _engines)
        {
            engine.Dispose();
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                _ = Ask(TimeSpan.Zero, alsoTroubled: true);
                await Task.Delay(Period, time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // It is to end.
        }
    }

    private Task UnderWay()
    {
        lock (_gate)
        {
            return Task.WhenAll(_engines.Select(engine => engine.Asking));
        }
    }

    /// <summary>Asks every engine whose answer is older than that, if it is not being asked already.</summary>
    /// <returns>Completes when those have answered that are to be waited for.</returns>
    private Task Ask(TimeSpan age, bool alsoTroubled)
    {
        lock (_gate)
        {
            foreach (var engine in _engines.Where(engine => engine.Asking.IsCompleted && !(engine.AskedAt is { } at && time.GetElapsedTime(at) < age) && !_stop.IsCancellationRequested))
            {
                engine.AskedAt = time.GetTimestamp();
                engine.Asking = Task.Run(() => AskAsync(engine), CancellationToken.None);
            }

            return Task.WhenAll(_engines.Where(engine => alsoTroubled || engine.Trouble is null).Select(engine => engine.Asking));
        }
    }

    private async Task AskAsync(ListingEngine engine)
    {
        try
        {
            // The list is served at once: what its models can do takes a question for each.
            var (models, trouble) = await engine.AskAsync(_stop.Token);
            List(engine, models, trouble);
            if (trouble is null && await engine.AskOfEachAsync(models, _stop.Token) is { } told)
            {
                List(engine, told, null);
            }
        }
        catch (OperationCanceledException)
        {
            // It is to end.
        }
        catch (Exception failure)
        {
            // An answer of a kind nobody has thought of must not end the questions to all others.
            LogFailed(engine.Asked.Key, failure);
        }
    }

    private void List(ListingEngine engine, ImmutableArray<ListedModel> models, string? trouble) => live.List(() =>
    {
        lock (_gate)
        {
            if (_plan is { } plan && _engines.Contains(engine))
            {
                Take(engine, models, trouble, plan);
            }

            return Models();
        }
    });

    private void Take(ListingEngine engine, ImmutableArray<ListedModel> models, string? trouble, DiscoveryPlan plan)
    {
        var (key, before) = (engine.Asked.Key, engine.Trouble);
        engine.Trouble = trouble;
        if (trouble is null)
        {
            engine.AnsweredAt = time.GetTimestamp();
            if (before is not null || !models.SequenceEqual(engine.Known))
            {
                LogListed(key, models.Length);
            }
        }
        else
        {
            if (before is null)
            {
                LogSilent(key, trouble, engine.Known.Length, Remembered);
            }

            if (engine.AnsweredAt is { } at && time.GetElapsedTime(at) < Remembered)
            {
                return;
            }
        }

        if (!models.SequenceEqual(engine.Known))
        {
            engine.Known = models;
            Taken(engine, plan);
        }
    }

    private static ListingEngine Taken(ListingEngine engine, DiscoveryPlan plan)
    {
        engine.Models = [.. engine.Known.Select(model => plan.List(model, engine.Asked))];
        return engine;
    }

    private ImmutableArray<ModelSpec> Models() => [.. _engines.SelectMany(engine => engine.Models)];

    [LoggerMessage(725, LogLevel.Information, "The engine '{Engine}' lists {Models} models")]
    private partial void LogListed(string engine, int models);

    [LoggerMessage(726, LogLevel.Warning, "The engine '{Engine}' does not tell its models: {Trouble}; the {Models} it had are kept for {Kept}, and it is asked again")]
    private partial void LogSilent(string engine, string trouble, int models, TimeSpan kept);

    [LoggerMessage(727, LogLevel.Error, "Asking the engine '{Engine}' for its models failed; it is asked again")]
    private partial void LogFailed(string engine, Exception failure);
}
