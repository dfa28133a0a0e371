using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines.Liveness;
using Lockkeeper.Server.Learned;
using Lockkeeper.Server.Telemetry;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Learned;

public sealed class ResponseTimesTests
{
    private static readonly ModelId A = new("a");

    private readonly ResponseTimes _times = new();

    [Fact]
    public void Streams_and_whole_answers_are_learned_apart()
    {
        _times.Of(A).ShouldBe(default);
        Observe(stream: true, 200, 2);
        Observe(stream: false, 200, 30);
        _times.Of(A).ShouldBe(new UsualTimes(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30)));
        Observe(stream: true, 200, 4);
        _times.Of(A).FirstByte!.Value.ShouldBeInRange(TimeSpan.FromSeconds(2.1), TimeSpan.FromSeconds(3.9));
    }

    [Fact]
    public void An_error_teaches_nothing()
    {
        Observe(stream: true, 500, 2);
        _times.Of(A).ShouldBe(default);
    }

    private void Observe(bool stream, int status, double seconds)
    {
        var entry = new JournalEntry("id", "/v1/chat/completions", DateTimeOffset.UnixEpoch) { Model = A, Stream = stream, EngineFirstByte = TimeSpan.FromSeconds(seconds) };
        entry.End(null, status, TimeSpan.FromSeconds(seconds));
        _times.Observe(entry);
    }
}
