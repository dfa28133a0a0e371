using System.Globalization;
using Lockkeeper.Core.Memory;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Engines.Readiness;
using Lockkeeper.Server.Memory;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines.Control;

/// <summary>
/// A model in an engine that runs by itself: loaded and unloaded over its API, and believed to be either only when the engine's own list says so.
/// <see cref="RunAsync"/> is the only code that changes its state.
/// </summary>
internal sealed partial class ModelInEngine(InstanceId instance, ModelSpec model, EngineRoom room, IInstanceObserver observer) : IRun
{
    private static readonly TimeSpan PatienceWithEngine = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = room.Loggers.CreateLogger<ModelInEngine>();
    private readonly CancellationTokenSource _stopAsked = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Upstream _upstream = new(model.Engine.Url!, model.Engine.ApiKey);
    private readonly LoadedMemory _memory = new(room.Memory, model.Memory, bytes => observer.Post(new SchedulerEvent.FootprintMeasured(instance, bytes)));
    private volatile InstanceFailure? _failure;
    private volatile InstanceFailure? _interruption;
    private volatile InstanceFailure? _stuck;
    private volatile RunState _state;
    private bool _wasCutOff;

    public Upstream? Upstream => _state == RunState.Ready ? _upstream : null;

    public Task Ended => _ended.Task;

    public InstanceFailure? Failure => _failure;

    public InstanceFailure? Interruption => _interruption;

    private EngineTalk Talk => field ??= new EngineTalk(_upstream, model.Engine, room.Time);

    private ModelControl Control => field ??= new ModelControl(Talk, model);

    private Presence Presence => field ??= new Presence(Control, model, _upstream.BaseAddress, room.Time, _memory.Listed);

    public RunSnapshot Snapshot() => new(instance, _state, Pid: null, Upstream?.BaseAddress, _memory.Held, _stuck ?? _failure) { FootprintBytes = _memory.Footprint };

    public void Stop(StopReason reason)
    {
        _interruption ??= Engines.Interruption.Of(reason, instance, model);
        _ = _stopAsked.CancelAsync();
    }

    public void Dispose()
    {
        _upstream.Dispose();
        _stopAsked.Dispose();
    }

    /// <inheritdoc/>
    public async Task<InstanceFailure?> ExamineAsync()
    {
        if (_state == RunState.Ready && await Presence.IsGoneAsync())
        {
            await Ended;
        }

        return _failure;
    }

    public async Task RunAsync()
    {
        _upstream.Suspicion = ExamineAsync;

        // 1. Loaded and ready, or a failure, or asked to stop meanwhile.
        var failure = await StartAsync();
        var wasReady = failure is null && !_stopAsked.IsCancellationRequested;
        if (wasReady)
        {
            var presence = Presence; // before others can ask for it
            _state = RunState.Ready;
            room.Watch?.Observe();
            observer.Post(new SchedulerEvent.InstanceReady(instance));

            // 2. There, until the engine says otherwise or it is asked to go.
            failure = await presence.WatchAsync(_stopAsked.Token);
        }

        // 3. What failed is told at once: requests wait for the news.
        _failure = failure;
        _state = RunState.Stopping;
        _ended.SetResult();
        if (failure is not null)
        {
            LogFailed(instance, failure);
            observer.Post(wasReady ? new SchedulerEvent.InstanceGone(instance, failure) : new SchedulerEvent.StartFailed(instance, failure));
        }

        // 4. Out of memory, and proven so.
        if (!await FreeAsync(wasReady && failure is null))
        {
            return;
        }

        _state = failure is null ? RunState.Stopped : RunState.Failed;
        room.Watch?.Observe();
        observer.Post(new SchedulerEvent.MemorySettled(instance));
    }

    /// <summary>No failure means that it is ready, or that a stop was asked for.</summary>
    private async Task<InstanceFailure?> StartAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(model.Engine.StartTimeout, room.Time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopAsked.Token);
            return await LoadAsync(timeout.Token, ending.Token);
        }
        catch (OperationCanceledException)
        {
            return null; // asked to stop
        }
        catch (Exception e)
        {
            LogCannotStart(instance, e);
            return InstanceFailure.Of($"it could not be loaded: {e.Message}");
        }
    }

    private async Task<InstanceFailure?> LoadAsync(CancellationToken timeout, CancellationToken ending)
    {
        var start = room.Time.GetTimestamp();
        var listing = await ReachAsync(ending);
        if (listing.Reply.Status is null or >= 500)
        {
            return InstanceFailure.Of($"engine '{model.Engine.Name}' is not reachable at {_upstream.BaseAddress}: {listing.Reply}");
        }

        if (listing.Reply.Status is 401 or 403)
        {
            return InstanceFailure.Of($"engine '{model.Engine.Name}' at {_upstream.BaseAddress} lets nobody in: {listing.Reply.InFull()}; see engines.{model.Engine.Name}.api_key and control_headers");
        }

        if (listing.Ours is { } loaded)
        {
            _memory.Listed(loaded);
            LogFound(instance, _upstream.BaseAddress);
        }

        if (listing.Ours is null || Control.LoadsAgain)
        {
            if (listing.Ours is null)
            {
                _memory.Before();
            }

            if (await CallLoadAsync(timeout) is { } refused)
            {
                return InstanceFailure.Of(refused);
            }
        }

        if (await BecomeReadyAsync(ending) is { } failure)
        {
            return failure;
        }

        await new WarmUp(instance, model, _upstream, room).RunAsync(ending);
        return Loaded(start);
    }

    private InstanceFailure? Loaded(long start)
    {
        _memory.After();
        LogReady(instance, _upstream.BaseAddress, room.Time.GetElapsedTime(start).TotalMilliseconds);
        return null;
    }

    /// <summary>The engine's first answer, which may take a moment: it may be restarting.</summary>
    private async Task<Listing> ReachAsync(CancellationToken ending)
    {
        var start = room.Time.GetTimestamp();
        while (true)
        {
            var listing = await Control.ListAsync(ending);
            if (listing.Reply.Status is < 500 || room.Time.GetElapsedTime(start) >= PatienceWithEngine)
            {
                return listing;
            }

            await Task.Delay(LongPause, room.Time, ending);
        }
    }

    /// <summary>A stop does not cut it off: an engine whose load was cut off may go on loading, and nobody could say when it is done with that.</summary>
    private async Task<string?> CallLoadAsync(CancellationToken timeout)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(timeout, room.Closing);
        try
        {
            return await Control.LoadAsync(ending.Token) is { } problem ? $"the engine did not load it: {problem}" : null;
        }
        catch (OperationCanceledException)
        {
            _wasCutOff = true;
            return string.Create(CultureInfo.InvariantCulture, $"the engine had not loaded it within start_timeout ({model.Engine.StartTimeout.TotalSeconds:0.###} s)");
        }
    }

    private async Task<InstanceFailure?> BecomeReadyAsync(CancellationToken ending)
    {
        var check = new ReadyCheck(Talk, model) { AnyAnswerWillDo = model.Engine.Ready == new ReadyRule() };
        var seen = "nothing was asked yet";
        var pause = ShortPause;
        try
        {
            while (true)
            {
                var listing = await Control.ListAsync(ending);
                seen = listing.Models is null ? listing.Reply.ToString() : $"{listing.Reply.Asked} does not name it";
                if (listing.Ours is { } ours)
                {
                    _memory.Listed(ours);
                }

                if (listing.Ours is not null || !Control.TellsWhatIsLoaded)
                {
                    if (await check.HoldsAsync(ending))
                    {
                        return null;
                    }

                    seen = check.LastSeen;
                }

                await Task.Delay(pause, room.Time, ending);
                pause = pause * 2 < LongPause ? pause * 2 : LongPause;
            }
        }
        catch (OperationCanceledException) when (!_stopAsked.IsCancellationRequested)
        {
            seen = check.LastSeen is var last && last.Contains("has not answered yet", StringComparison.Ordinal) ? last : seen;
            return InstanceFailure.Of(string.Create(CultureInfo.InvariantCulture,
                $"it was not ready within start_timeout ({model.Engine.StartTimeout.TotalSeconds:0.###} s); last seen: {seen}"));
        }
    }

    /// <summary>
    /// Until the model is out of memory: by the engine's list, or else by the memory itself. While neither says so its claim stays, and what needs its memory has to wait; it is asked again and
    /// again. False when Lockkeeper closes meanwhile.
    /// </summary>
    private async Task<bool> FreeAsync(bool tellGone)
    {
        var start = room.Time.GetTimestamp();
        while (true)
        {
            var mark = _memory.BeforeItGoes();
            var doubt = await WhyNotGoneAsync();
            if (doubt is null)
            {
                LogUnloaded(instance, room.Time.GetElapsedTime(start).TotalMilliseconds);
                tellGone = TellGone(tellGone);
            }

            _state = RunState.Settling;
            var outcome = await SettleAsync(mark);
            if (doubt is null || outcome is SettleOutcome.Recovered or SettleOutcome.NotNeeded)
            {
                if (doubt is not null)
                {
                    LogLies(instance, doubt, outcome == SettleOutcome.NotNeeded ? "it held too little to be in the way" : "its memory is back");
                }

                TellGone(tellGone);
                _stuck = null;
                return true;
            }

            var held = mark is null ? "nobody can tell how much memory it holds" : string.Create(CultureInfo.InvariantCulture, $"its memory ({mark.Held / (1024 * 1024)} MiB) is not back");
            _stuck = InstanceFailure.Of($"{doubt}, and {held}; nothing that needs it is started until then");
            LogStuck(instance, _stuck);
            if (room.Closing.IsCancellationRequested)
            {
                return false;
            }

            await Task.Delay(TryAgain, room.Time, room.Closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string?> WhyNotGoneAsync()
    {
        try
        {
            return await new Unloading(Control, model, room).WhyNotGoneAsync(_wasCutOff);
        }
        catch (Exception e)
        {
            // Not knowing is not "gone": a scheduler that is told so starts the next engine beside this one.
            return $"it could not be unloaded: {e.Message}";
        }
    }

    private bool TellGone(bool isToBeTold)
    {
        if (isToBeTold)
        {
            observer.Post(new SchedulerEvent.InstanceGone(instance, null));
        }

        return false;
    }

    private async Task<SettleOutcome> SettleAsync(HeldMemory.Mark? mark)
    {
        try
        {
            var (outcome, _) = await Settle.WaitAsync(mark, room.Memory, room.SettleTimeoutOf(model), room.Time, room.Closing);
            room.Settled?.Invoke(outcome);
            return outcome;
        }
        catch (OperationCanceledException)
        {
            return SettleOutcome.Unreadable; // Lockkeeper closes: nobody starts anything any more
        }
    }

    [LoggerMessage(352, LogLevel.Information, "{Instance}: loaded at {Address} after {Milliseconds:0} ms")]
    private partial void LogReady(InstanceId instance, Uri address, double milliseconds);

    [LoggerMessage(353, LogLevel.Information, "{Instance}: is loaded already at {Address}, and is ours from now on")]
    private partial void LogFound(InstanceId instance, Uri address);

    [LoggerMessage(354, LogLevel.Warning, "{Instance}: {Failure}")]
    private partial void LogFailed(InstanceId instance, InstanceFailure failure);

    [LoggerMessage(355, LogLevel.Error, "{Instance}: it could not be loaded")]
    private partial void LogCannotStart(InstanceId instance, Exception e);

    [LoggerMessage(356, LogLevel.Information, "{Instance}: unloaded after {Milliseconds:0} ms")]
    private partial void LogUnloaded(InstanceId instance, double milliseconds);

    [LoggerMessage(357, LogLevel.Warning, "{Instance}: {Doubt}; {Why}, so others may start")]
    private partial void LogLies(InstanceId instance, string doubt, string why);

    [LoggerMessage(358, LogLevel.Warning, "{Instance}: {Failure}")]
    private partial void LogStuck(InstanceId instance, InstanceFailure failure);
}
