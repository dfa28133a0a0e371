using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Engines.Readiness;
using Microsoft.Extensions.Logging;

namespace Lockkeeper.Server.Engines;

/// <summary>An engine that somebody else runs: never started and never stopped by us. Its run lasts as long as it answers; while it does not, it is no instance.</summary>
internal sealed partial class AttachedEngine(InstanceId instance, ModelSpec model, EngineRoom room, IInstanceObserver observer) : IRun
{
    /// <summary>How long a request waits for an engine that does not answer just now: it may be restarting.</summary>
    private static readonly TimeSpan PatienceAtStart = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PauseAtStart = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PatienceOfCompletion = TimeSpan.FromMinutes(1);

    /// <summary>The patience with an answer is over first, and says so in better words.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>One lost probe may be a busy machine.</summary>
    private const int ProbesLost = 3;

    private readonly ILogger _logger = room.Loggers.CreateLogger<AttachedEngine>();
    private readonly CancellationTokenSource _stopAsked = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Upstream _upstream = new(model.Engine.Url!, model.Engine.ApiKey);
    private readonly CancellationTokenSource _refused = new();
    private volatile InstanceFailure? _failure;
    private volatile RunState _state;

    /// <remarks>Where nobody has named a path, any answer but a server's error will do: not every engine knows ours, but one that says so is up.</remarks>
    private ReadyCheck Check => field ??= new ReadyCheck(new EngineTalk(_upstream, model.Engine, room.Time), model) { AnyAnswerWillDo = model.Engine.Ready == new ReadyRule() };

    public Upstream? Upstream => _state == RunState.Ready ? _upstream : null;

    public Task Ended => _ended.Task;

    public InstanceFailure? Failure => _failure;

    /// <summary>Nobody cuts what runs there.</summary>
    public InstanceFailure? Interruption => null;

    public RunSnapshot Snapshot() => new(instance, _state, Pid: null, Upstream?.BaseAddress, HeldBytes: null, _failure);

    public void Stop(StopReason reason) => _ = _stopAsked.CancelAsync();

    /// <inheritdoc/>
    public async Task<InstanceFailure?> ExamineAsync()
    {
        if (_state == RunState.Ready && (await new EngineTalk(_upstream, model.Engine, room.Time).LookAsync(model.Engine.Ready.Path, wantsBody: false, CancellationToken.None)).IsUnreached)
        {
            await _refused.CancelAsync();
            await Ended;
        }

        return _failure;
    }

    public void Dispose()
    {
        _refused.Dispose();
        _upstream.Dispose();
        _stopAsked.Dispose();
    }

    public async Task RunAsync()
    {
        var isUp = await IsUpWithinAsync(PatienceAtStart);
        if (isUp)
        {
            _state = RunState.Ready;
            LogReady(instance, _upstream.BaseAddress);
            observer.Post(new SchedulerEvent.InstanceReady(instance));
            await WatchAsync();
        }

        var failure = _stopAsked.IsCancellationRequested ? null : InstanceFailure.Of($"no engine is ready at {_upstream.BaseAddress}, where somebody else is to run it: {Check.LastSeen}");
        _failure = failure;
        _state = failure is null ? RunState.Stopped : RunState.Failed;
        _ended.SetResult();
        if (failure is not null)
        {
            LogGone(instance, failure);
        }

        observer.Post(isUp || failure is null ? new SchedulerEvent.InstanceGone(instance, failure) : new SchedulerEvent.StartFailed(instance, failure));
        observer.Post(new SchedulerEvent.MemorySettled(instance)); // whose memory it is, is not for us to see
    }

    private async Task<bool> IsUpWithinAsync(TimeSpan patience)
    {
        var start = room.Time.GetTimestamp();
        while (!_stopAsked.IsCancellationRequested)
        {
            // A completion may have to wait for what the engine does for others; all else is answered at once or not at all.
            if (await AskAsync(Check.HoldsAsync, model.Engine.Ready.Completion ? PatienceOfCompletion : EngineTalk.Patience))
            {
                return true;
            }

            if (room.Time.GetElapsedTime(start) >= patience)
            {
                return false;
            }

            await Task.Delay(PauseAtStart, room.Time, _stopAsked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    private async Task WatchAsync()
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopAsked.Token, _refused.Token);
        for (var lost = 0; lost < ProbesLost && !over.IsCancellationRequested; lost = await AskAsync(Check.AnswersAsync, EngineTalk.Patience) ? 0 : lost + 1)
        {
            await Task.Delay(Pause, room.Time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> AskAsync(Func<CancellationToken, Task<bool>> holds, TimeSpan patience)
    {
        using var late = new CancellationTokenSource(patience + Slack, room.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopAsked.Token);
        try
        {
            return await holds(ending.Token);
        }
        catch (OperationCanceledException)
        {
            return false; // what was seen last says what was waited for
        }
    }

    [LoggerMessage(340, LogLevel.Information, "{Instance}: answers at {Address}; it is somebody else's, and is never stopped")]
    private partial void LogReady(InstanceId instance, Uri address);

    [LoggerMessage(341, LogLevel.Warning, "{Instance}: {Failure}")]
    private partial void LogGone(InstanceId instance, InstanceFailure failure);
}
