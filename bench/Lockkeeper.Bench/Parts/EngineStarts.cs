using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Lockkeeper.Bench.Load;
using Lockkeeper.Bench.Targets;

namespace Lockkeeper.Bench.Parts;

/// <summary>How long the fake engine takes from its start to its first answer when nobody is in between: the part of a swap that is not ours.</summary>
internal static class EngineStarts
{
    public static async Task<List<TimeSpan>> MeasureAsync(TestBed bed, int count)
    {
        var starts = new List<TimeSpan>();
        for (var i = 0; i < Math.Max(1, count); i++)
        {
            var port = FreePort.Find();
            using var engine = new Process
            {
                StartInfo = new ProcessStartInfo(TestBed.FakeEngineExecutable, ["--port", port.ToString(CultureInfo.InvariantCulture)]),
            };
            var since = bed.Time.GetTimestamp();
            engine.Start();
            try
            {
                await AnsweredAsync(new Uri($"http://127.0.0.1:{port}"), bed.Time);
                starts.Add(bed.Time.GetElapsedTime(since));
            }
            finally
            {
                engine.Kill();
                await engine.WaitForExitAsync();
            }
        }

        return starts;
    }

    private static async Task AnsweredAsync(Uri address, TimeProvider time)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                using var connection = new HttpConnection(address, time);
                connection.Exchange(Requests.Chat("fake"));
                return;
            }
            catch (SocketException) when (time.GetElapsedTime(since) < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            }
        }
    }
}
