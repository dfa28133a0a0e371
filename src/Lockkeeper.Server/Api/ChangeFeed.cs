using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Telemetry;

namespace Lockkeeper.Server.Api;

/// <summary>
/// Tells subscribers what changes, each change with a number that rises by one. Requests that end are told at once; the rest is looked at a few times a second, and only while
/// somebody listens.
/// </summary>
internal sealed class ChangeFeed(Lookout lookout, TimeProvider time) : IDisposable
{
    /// <summary>Changes a subscriber may be behind; one more, and it is cut off. It comes back and gets a snapshot, which is cheaper for both.</summary>
    public const int Backlog = 256;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly List<Subscriber> _subscribers = [];
    private readonly Dictionary<string, byte[]> _told = [];
    private long _version;
    private bool _looking;
    private bool _closed;

    /// <summary>A request has ended.</summary>
    public void Ended(JournalEntry entry)
    {
        lock (_gate)
        {
            // Counted without listeners too: who comes back can tell from the number that it has missed something.
            Tell("request", _subscribers.Count == 0 ? [] : JsonReply.Bytes(json => RequestsApi.Write(json, entry, position: null)));
        }
    }

    /// <summary>Starts to listen. Every change with a greater number than the one returned will come.</summary>
    /// <returns>The task completes when the listener does not keep up: it may be stuck in writing what it has taken, and would never see the end of the rest.</returns>
    public (ChannelReader<byte[]> Changes, long Version, Task CutOff) Subscribe()
    {
        lock (_gate)
        {
            var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Backlog) { SingleReader = true });
            if (_closed)
            {
                channel.Writer.Complete();
                return (channel.Reader, _version, new TaskCompletionSource().Task);
            }

            var subscriber = new Subscriber(channel);
            _subscribers.Add(subscriber);
            if (!_looking)
            {
                _looking = true;
                _ = Task.Run(LookAsync); // not here: what it finds would come before the number that is returned
            }

            return (channel.Reader, _version, subscriber.CutOff.Task);
        }
    }

    public void Unsubscribe(ChannelReader<byte[]> changes)
    {
        lock (_gate)
        {
            _subscribers.RemoveAll(subscriber => subscriber.Changes.Reader == changes);
        }
    }

    /// <summary>Ends all subscriptions: who listens would keep the server from closing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _subscribers.ForEach(subscriber => subscriber.Changes.Writer.TryComplete());
            _subscribers.Clear();
        }
    }

    /// <summary>One event as it goes over the wire.</summary>
    public static byte[] Frame(string name, long version, ReadOnlySpan<byte> data)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {version}\ndata: "));
        return [.. head, .. data, .. "\n\n"u8];
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            do
            {
                Compare(await lookout.LookAsync());
            }
            while (await timer.WaitForNextTickAsync() && SomebodyListens());
        }
        catch
        {
            // The admission loop has failed: there is nothing to see any more, and the end of it is told by others.
            Dispose();
        }
    }

    private bool SomebodyListens()
    {
        lock (_gate)
        {
            return _looking = _subscribers.Count > 0;
        }
    }

    private void Compare(Standing standing)
    {
        lock (_gate)
        {
            // Ages change with every look; who waits, and in which order, does not.
            TellIfNew("queue", KeyOf(standing.Scheduler.Waiting), () => JsonReply.Bytes(json =>
            {
                json.WriteStartArray();
                QueueApi.Write(json, standing);
                json.WriteEndArray();
            }));
            foreach (var pool in standing.Scheduler.Pools)
            {
                var data = JsonReply.Bytes(json => PoolsApi.Write(json, pool));
                TellIfNew("pool", data, () => data, pool.Name);
            }

            foreach (var instance in standing.Scheduler.Instances)
            {
                var data = JsonReply.Bytes(json => InstancesApi.Write(json, standing, instance));
                TellIfNew("instance", Stable(instance, standing), () => data, instance.Id.ToString());
            }

            var living = standing.Scheduler.Instances.Select(instance => $"instance/{instance.Id}").ToHashSet();
            foreach (var gone in _told.Keys.Where(key => key.StartsWith("instance/", StringComparison.Ordinal) && !living.Contains(key)).ToList())
            {
                _told.Remove(gone);
                Tell("instance", JsonReply.Bytes(json => WriteGone(json, gone["instance/".Length..])));
            }
        }
    }

    private void TellIfNew(string name, byte[] key, Func<byte[]> data, string of = "")
    {
        var about = $"{name}/{of}";
        if (!_told.TryGetValue(about, out var before) || !before.AsSpan().SequenceEqual(key))
        {
            _told[about] = key;
            Tell(name, data());
        }
    }

    private void Tell(string name, byte[] data)
    {
        _version++;
        if (_subscribers.Count == 0)
        {
            return;
        }

        var frame = Frame(name, _version, data);
        _subscribers.RemoveAll(subscriber => !subscriber.Changes.Writer.TryWrite(frame) && subscriber.End());
    }

    private static byte[] KeyOf(IEnumerable<WaitingReport> waiting) => Encoding.UTF8.GetBytes(string.Join(',', waiting.Select(one => one.Ticket.Id)));

    /// <summary>Times of day are computed anew at each look and differ by less than a millisecond; the scheduler's own do not.</summary>
    private static byte[] Stable(InstanceReport instance, Standing standing) =>
        Encoding.UTF8.GetBytes($"{instance} {standing.Runs.GetValueOrDefault(instance.Id)} {standing.Scheduler.Figures.GetValueOrDefault(instance.Id.Model)?.Footprint}");

    private static void WriteGone(Utf8JsonWriter json, string instance)
    {
        var hash = instance.LastIndexOf('#');
        json.WriteStartObject();
        json.WriteString("instance", instance);
        json.WriteString("model", instance[..hash]);
        json.WriteNumber("run", long.Parse(instance.AsSpan(hash + 1), CultureInfo.InvariantCulture));
        json.WriteString("state", "gone");
        json.WriteEndObject();
    }

    private sealed record Subscriber(Channel<byte[]> Changes)
    {
        public TaskCompletionSource CutOff { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool End() => Changes.Writer.TryComplete() && CutOff.TrySetResult();
    }
}
