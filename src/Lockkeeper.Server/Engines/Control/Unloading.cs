using System.Globalization;
using Lockkeeper.Core.Models;

namespace Lockkeeper.Server.Engines.Control;

/// <summary>Has a model unloaded, and believes it when the engine's list says so.</summary>
internal sealed class Unloading(ModelControl control, ModelSpec model, EngineRoom room)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>A load that was cut off may go on behind our back: for so long the model must not show up.</summary>
    private static readonly TimeSpan StaysAway = TimeSpan.FromSeconds(2);

    /// <summary>When Lockkeeper closes, nobody waits longer for an engine that does not obey.</summary>
    private static readonly TimeSpan PatienceWhenClosing = TimeSpan.FromSeconds(5);

    /// <param name="wasCutOff">Whether its load was given up before the engine had answered.</param>
    /// <returns>Null when it is unloaded, or nothing listens there any more; else what speaks against it.</returns>
    public async Task<string?> WhyNotGoneAsync(bool wasCutOff)
    {
        var start = room.Time.GetTimestamp();
        var pause = ShortestPause;
        var asked = false;
        string? answer = null;
        while (true)
        {
            var listing = await control.ListAsync(CancellationToken.None);
            if (listing.Reply.IsUnreached)
            {
                return null; // a process that is gone has given its memory back, or does so now
            }

            var waited = room.Time.GetElapsedTime(start);
            var isAway = listing.Models is not null && listing.Ours is null;
            if (isAway && !(wasCutOff && waited < StaysAway))
            {
                return null;
            }

            if (!asked && (!isAway || wasCutOff))
            {
                asked = true;
                answer = await control.UnloadAsync(listing.Ours, Patience, CancellationToken.None);
                if (!control.TellsWhatIsLoaded && answer is null)
                {
                    return null; // its word is all there is
                }
            }

            if (waited >= Patience)
            {
                return Describe(listing, answer);
            }

            await Task.Delay(pause, room.Time, CancellationToken.None);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private TimeSpan Patience => room.Closing.IsCancellationRequested && PatienceWhenClosing < model.Engine.StopTimeout ? PatienceWhenClosing : model.Engine.StopTimeout;

    private string Describe(Listing listing, string? answer)
    {
        var unload = answer is null ? "the engine says that it has unloaded it" : $"the unload failed ({answer})";
        var list = listing.Ours is { } ours ? $"{listing.Reply.Asked} still names '{ours.Name}'" : listing.Reply.ToString();
        return string.Create(CultureInfo.InvariantCulture, $"{unload}, but after stop_timeout ({model.Engine.StopTimeout.TotalSeconds:0.###} s) {list}");
    }
}
