using Lockkeeper.Core.Engines;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;

namespace Lockkeeper.Server.Engines.Control;

/// <summary>Whether a loaded model is still there: looked at every few seconds, and at once when there is reason to doubt it.</summary>
/// <param name="control">The engine's control API.</param>
/// <param name="model">The model.</param>
/// <param name="address">Where the engine is, for the evidence.</param>
/// <param name="time">The clock.</param>
/// <param name="listed">Is told what the engine says of it.</param>
internal sealed class Presence(ModelControl control, ModelSpec model, Uri address, TimeProvider time, Action<ListedModel> listed)
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    /// <summary>One lost look may be a busy machine.</summary>
    private const int LooksLost = 3;

    /// <summary>A list that is being written anew may leave a model out for once.</summary>
    private const int LooksMissed = 2;

    private readonly TaskCompletionSource<InstanceFailure> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task<bool>? _examining;

    /// <summary>Null when a stop was asked for; else why it is there no more.</summary>
    public async Task<InstanceFailure?> WatchAsync(CancellationToken stopAsked)
    {
        for (var (lost, missed) = (0, 0); ;)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stopAsked);
            await Task.WhenAny(Task.Delay(WatchEvery, time, pause.Token), _gone.Task);
            await pause.CancelAsync();
            if (stopAsked.IsCancellationRequested)
            {
                return null;
            }

            if (_gone.Task.IsCompleted)
            {
                return await _gone.Task;
            }

            var listing = await LookAsync();
            lost = listing.Reply.Status is null ? lost + 1 : 0;
            missed = IsMissing(listing) ? missed + 1 : 0;
            if (lost >= LooksLost)
            {
                return InstanceFailure.Of($"engine '{model.Engine.Name}' at {address} answers no more: {listing.Reply}");
            }

            if (missed >= LooksMissed)
            {
                return Dropped(listing);
            }
        }
    }

    /// <summary>
    /// A request has met a closed port or an error, or nobody has asked for the model in a while: what the watch would find out in its own time is found out now. Silence proves nothing here.
    /// Those who ask at the same time share the answer.
    /// </summary>
    /// <returns>Whether it is gone; then the watch ends.</returns>
    public Task<bool> IsGoneAsync()
    {
        lock (_gate)
        {
            return _examining is { IsCompleted: false } running ? running : _examining = ExamineAsync();
        }
    }

    private async Task<bool> ExamineAsync()
    {
        for (var missed = 0; !_gone.Task.IsCompleted;)
        {
            var listing = await LookAsync();
            if (listing.Reply.IsUnreached)
            {
                _gone.TrySetResult(InstanceFailure.Of($"engine '{model.Engine.Name}' at {address} is gone: {listing.Reply}"));
            }
            else if (!IsMissing(listing))
            {
                return false;
            }
            else if (++missed >= LooksMissed)
            {
                _gone.TrySetResult(Dropped(listing));
            }
            else
            {
                await Task.Delay(Moment, time, CancellationToken.None);
            }
        }

        return true;
    }

    private async Task<Listing> LookAsync()
    {
        var listing = await control.ListAsync(CancellationToken.None);
        if (listing.Ours is { } ours)
        {
            listed(ours);
        }

        return listing;
    }

    private static bool IsMissing(Listing listing) => listing.Models is not null && listing.Ours is null;

    private static InstanceFailure Dropped(Listing listing) =>
        InstanceFailure.Of($"the engine has unloaded it by itself, or at somebody else's wish: {listing.Reply.Asked} does not name it any more");
}
