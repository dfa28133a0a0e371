using System.Buffers.Text;
using Lockkeeper.Bench.Load;
using Lockkeeper.Bench.Reporting;
using Lockkeeper.Bench.Targets;

namespace Lockkeeper.Bench.Parts;

/// <summary>A stream of small events, as fast as a quick model makes them: when the first is there, and whether each comes alone, in order and in time.</summary>
internal static class StreamPart
{
    private const string Name = "stream, 100 events 5 ms apart";
    private const int Chunks = 100;
    private const int DelayMilliseconds = 5;
    private const int WarmUpStreams = 2000;
    private const int WarmUpRounds = 4;

    public static async Task RunAsync(TestBed bed, Options options, Report report)
    {
        var (router, through, direct) = await bed.StartLockkeeperWithUpstreamAsync();
        using var lockkeeper = router;
        var (forwarder, bare) = await TestBed.StartBaselineAsync(direct);
        using var baseline = forwarder;
        List<(string Name, Uri Address, Child? Between)> targets = [("direct", direct, null), ("baseline", bare, baseline), ("lockkeeper", through, lockkeeper)];
        var connections = targets.ToDictionary(target => target.Name, target => new HttpConnection(target.Address, bed.Time));
        var runs = targets.ToDictionary(target => target.Name, _ => new List<StreamRun>());
        foreach (var (name, _, between) in targets)
        {
            WarmUp.UntilSteady(between, () =>
            {
                for (var i = 0; i < WarmUpStreams; i++)
                {
                    connections[name].Exchange(Requests.Stream("a", 10, 0));
                }
            });
        }

        // The fast streams above have run the code; only in the pauses of slow ones does the runtime get to compiling it well.
        for (var round = -WarmUpRounds; round < options.Rounds * 2; round++)
        {
            foreach (var (name, connection) in connections)
            {
                connection.Exchange(Requests.Stream("a", Chunks, DelayMilliseconds));
                if (round >= 0)
                {
                    runs[name].Add(StreamRun.Of(connection, bed.Time));
                }
            }
        }

        foreach (var connection in connections.Values)
        {
            connection.Dispose();
        }

        Tell(report, runs);
    }

    private static void Tell(Report report, Dictionary<string, List<StreamRun>> runs)
    {
        foreach (var (target, results) in runs)
        {
            report.Add(new Figure(Name, "first token after, p50", target, Quantile.Median(results.Select(run => run.FirstAfter)).TotalMilliseconds, "ms"));
            var added = results.Zip(runs["direct"], (through, direct) => through.FirstAfter - direct.FirstAfter);
            report.Add(new Figure(Name, "added to the first token, p50", target, Quantile.Median(added).TotalMilliseconds, "ms"));
            report.Add(new Figure(Name, "event sent to received, p50", target, Quantile.Median(results.SelectMany(run => run.Transits)).TotalMilliseconds, "ms"));
            report.Add(new Figure(Name, "event sent to received, p99", target, Quantile.Of(results.SelectMany(run => run.Transits), 0.99).TotalMilliseconds, "ms"));

            // [DONE] is an event like any other.
            var sent = results.Count * (Chunks + 1);
            report.Add(new Figure(Name, "events received / sent", target, (double)results.Sum(run => run.Events) / sent, "") { Aim = "1" });
            report.Add(new Figure(Name, "chunks received / sent", target, (double)results.Sum(run => run.Frames) / sent, "") { Aim = "1" });
            report.Add(new Figure(Name, "events out of order", target, results.Sum(run => run.OutOfOrder), "") { Aim = "0" });
        }
    }

    /// <summary>One stream, as it arrived.</summary>
    private sealed record StreamRun(TimeSpan FirstAfter, List<TimeSpan> Transits, int Events, int Frames, int OutOfOrder)
    {
        public static StreamRun Of(HttpConnection connection, TimeProvider time)
        {
            var sent = new List<long>();
            var transits = new List<TimeSpan>();
            var events = 0;
            foreach (var frame in connection.Response.Frames)
            {
                for (var rest = frame.Content.AsSpan(); rest.IndexOf("data: "u8) is var at and >= 0; rest = rest[(at + 6)..])
                {
                    events++;
                    if (SentAt(rest[(at + 6)..]) is { } stamp)
                    {
                        sent.Add(stamp);
                        transits.Add(time.GetElapsedTime(stamp, frame.ReceivedAt));
                    }
                }
            }

            var outOfOrder = sent.Zip(sent.Skip(1)).Count(pair => pair.First >= pair.Second);
            return new StreamRun(time.GetElapsedTime(connection.SentAt, connection.Response.Frames[0].ReceivedAt), transits, events, connection.Response.Frames.Count, outOfOrder);
        }

        private static long? SentAt(ReadOnlySpan<byte> data)
        {
            var end = data.IndexOf((byte)'\n');
            var at = data[..end].IndexOf("\"sent\":"u8);
            return at >= 0 && Utf8Parser.TryParse(data[(at + 7)..], out long stamp, out _) ? stamp : null;
        }
    }
}
