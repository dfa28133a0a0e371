using System.Net.Sockets;

namespace Lockkeeper.Bench.Load;

/// <summary>Keeps a number of requests in flight until a number of them is answered. One thread for all connections, so the generator takes little of the machine it measures.</summary>
internal static class LoadRun
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <exception cref="TimeoutException">The target stopped answering, or is too slow to be worth waiting for.</exception>
    public static LoadResult Run(Uri target, byte[] request, int concurrency, int count, TimeProvider time)
    {
        var connections = Enumerable.Range(0, concurrency).Select(_ => new HttpConnection(target, time)).ToList();
        try
        {
            var latencies = new List<TimeSpan>(count);
            var start = time.GetTimestamp();
            if (concurrency == 1)
            {
                InTurn(connections[0], request, count, latencies, time);
            }
            else
            {
                AtOnce(connections, request, count, latencies, time);
            }

            return new LoadResult(latencies, time.GetElapsedTime(start));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static void InTurn(HttpConnection connection, byte[] request, int count, List<TimeSpan> latencies, TimeProvider time)
    {
        for (var i = 0; i < count; i++)
        {
            connection.Exchange(request);
            latencies.Add(time.GetElapsedTime(connection.SentAt));
        }
    }

    private static void AtOnce(List<HttpConnection> connections, byte[] request, int count, List<TimeSpan> latencies, TimeProvider time)
    {
        var start = time.GetTimestamp();
        var owners = connections.ToDictionary(connection => connection.Socket);
        var ready = new List<Socket>(connections.Count);
        var sent = 0;
        foreach (var connection in connections.Take(count))
        {
            connection.Send(request);
            sent++;
        }

        while (latencies.Count < count)
        {
            ready.Clear();
            ready.AddRange(owners.Keys);
            Socket.Select(ready, null, null, TimeSpan.FromSeconds(30));
            if (ready.Count == 0 || time.GetElapsedTime(start) > Longest)
            {
                throw new TimeoutException($"{count - latencies.Count} of {count} requests are not answered.");
            }

            foreach (var connection in ready.Select(socket => owners[socket]).Where(connection => connection.Receive()))
            {
                latencies.Add(time.GetElapsedTime(connection.SentAt));
                if (sent < count)
                {
                    connection.Send(request);
                    sent++;
                }
            }
        }
    }
}
