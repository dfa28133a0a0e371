using Lockkeeper.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace Lockkeeper.Server.Telemetry;

/// <summary>The requests that live, and the latest that have ended. Bounded, in memory only, and without a word of what was asked or answered.</summary>
/// <param name="time">The clock.</param>
/// <param name="swaps">Knows how much of a wait was loading; null for nobody.</param>
internal sealed class Journal(TimeProvider time, SwapWatch? swaps = null)
{
    /// <summary>Ended requests that are remembered.</summary>
    public const int Kept = 1000;

    /// <summary>A client may send what it likes as its own id; so much of it is kept.</summary>
    private const int LongestClientId = 128;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LiveRequest> _live = [];
    private readonly Dictionary<string, JournalEntry> _over = [];
    private readonly Queue<string> _order = new();

    /// <summary>Is told of each request that has ended, on its own thread.</summary>
    public event Action<JournalEntry>? Ended;

    /// <summary>The clock of the requests.</summary>
    public TimeProvider Time => time;

    /// <param name="http">The request, named already.</param>
    /// <param name="key">Name of the API key it came with; empty for none.</param>
    public LiveRequest Begin(HttpContext http, string key = "")
    {
        var entry = new JournalEntry(http.TraceIdentifier, http.Request.Path.Value ?? "/", time.GetUtcNow()) { Key = key, ClientRequestId = ClientsOwn(http.Request.Headers) };
        var live = new LiveRequest(entry, http, time, swaps);
        lock (_gate)
        {
            _live.Add(entry.Id, live);
        }

        return live;
    }

    /// <summary>Notes the end, once.</summary>
    /// <param name="error">Null when the engine has answered.</param>
    /// <param name="status">The status the client got.</param>
    public void End(LiveRequest request, RouterError? error, int status)
    {
        request.Entry.End(error, status, request.Age);
        lock (_gate)
        {
            if (!_live.Remove(request.Entry.Id))
            {
                return;
            }

            _over.Add(request.Entry.Id, request.Entry);
            _order.Enqueue(request.Entry.Id);
            if (_order.Count > Kept)
            {
                _over.Remove(_order.Dequeue());
            }
        }

        request.Dispose();
        Ended?.Invoke(request.Entry);
    }

    public JournalEntry? Find(string id)
    {
        lock (_gate)
        {
            return _live.TryGetValue(id, out var live) ? live.Entry : _over.GetValueOrDefault(id);
        }
    }

    /// <summary>How many an instance has now, and since when the first of them.</summary>
    public (int Count, TimeSpan? Longest) Answering()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var begun = _live.Values.Select(live => live.Entry).Where(entry => entry.State == RequestState.Answering).Select(entry => entry.Arrived + (entry.Queue ?? TimeSpan.Zero)).ToList();
            return (begun.Count, begun.Count == 0 ? null : now - begun.Min());
        }
    }

    public LiveRequest? FindLive(string id)
    {
        lock (_gate)
        {
            return _live.GetValueOrDefault(id);
        }
    }

    /// <summary>The live requests and the ended ones together, latest arrival first.</summary>
    public IReadOnlyList<JournalEntry> Latest(int limit)
    {
        lock (_gate)
        {
            return [.. _live.Values.Select(live => live.Entry).Concat(_over.Values).OrderByDescending(entry => entry.Id, StringComparer.Ordinal).Take(limit)];
        }
    }

    /// <summary>The requests that have not ended.</summary>
    public IReadOnlyList<JournalEntry> Live()
    {
        lock (_gate)
        {
            return [.. _live.Values.Select(live => live.Entry)];
        }
    }

    /// <summary>The live requests by the number of the ticket they wait with.</summary>
    public Dictionary<long, JournalEntry> ByTicket()
    {
        lock (_gate)
        {
            Dictionary<long, JournalEntry> waiting = [];
            foreach (var live in _live.Values)
            {
                if (live.Entry.Ticket?.Ticket is { } ticket)
                {
                    waiting[ticket.Id] = live.Entry;
                }
            }

            return waiting;
        }
    }

    private static string? ClientsOwn(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(RouterHeaders.ClientRequestId, out var values))
        {
            return null;
        }

        var own = values.ToString();
        return own.Length <= LongestClientId ? own : own[..LongestClientId];
    }
}
