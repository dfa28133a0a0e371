using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Scheduling;

/// <summary>The stream that starves others elsewhere: requests for the resident model overlap, so that it is never idle.</summary>
public sealed class SchedulerWaitTests
{
    /// <param name="Slots">Of A.</param>
    /// <param name="Service">Seconds a request of the stream takes.</param>
    /// <param name="Load">Seconds each model takes to load.</param>
    /// <param name="Free">Seconds from the order to stop until the memory is back.</param>
    /// <param name="At">When B is asked for.</param>
    /// <param name="Priority">With what priority.</param>
    internal sealed record Stream(int Slots, double Service, double Load, double Free, double At, Priority Priority)
    {
        /// <summary>How many more of the stream wait than run.</summary>
        public int Queue { get; init; }
    }

    private static readonly Arbitrary<Stream> Streams = Arb.From(
        from slots in Gen.Elements(1, 4)
        from service in Gen.Choose(1_000, 60_000)
        from load in Gen.Choose(0, 90_000)
        from free in Gen.Choose(0, 20_000)
        from at in Gen.Choose(0, 60_000)
        from priority in Gen.Elements(Enum.GetValues<Priority>())
        from queue in Gen.Choose(0, 100)
        select new Stream(slots, service / 1000.0, load / 1000.0, free / 1000.0, at / 1000.0, priority) { Queue = queue });

    [Fact]
    public void Whatever_the_stream_for_the_resident_one_request_for_another_model_is_served_in_time() =>
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Streams, stream =>
        {
            var waited = new Play(stream).WaitOfB();
            var cost = stream.Load + stream.Free;
            var turn = Math.Max(1, Math.Min(120, 3 * cost));
            var gate = Math.Max(30, 10 * cost);
            var bound = SchedulerOptions.DefaultMaxWait[stream.Priority].TotalSeconds + turn + gate + stream.Service + stream.Free + stream.Load;
            waited.ShouldBeLessThanOrEqualTo(bound + 0.001);
        }));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_stream_that_leaves_no_queue_is_left_after_the_patience_of_one_swap(int slots) =>
        new Play(new Stream(slots, Service: 3, Load: 10, Free: 2, At: 100, Priority.Medium)).WaitOfB().ShouldBeInRange(23, 23 + 3, "patience is a swap thought to cost 11 s, then the longest request and a swap of 12");

    /// <summary>A clock, A's stream and one request for B.</summary>
    private sealed class Play(Stream stream)
    {
        private readonly SchedulerStory _story = new(maxQueue: 10_000, slots: stream.Slots);
        private readonly PriorityQueue<Action, (double, long)> _agenda = new();
        private double? _servedAt;
        private long _last;
        private long? _b;
        private long _order;

        public double WaitOfB()
        {
            _story.Arrives(++_last, "A");
            Perform();
            for (var more = 1; more < stream.Slots + stream.Queue; more++)
            {
                _story.Arrives(++_last, "A");
            }

            var at = stream.Load + stream.At;
            In(at, () => _story.Arrives((_b = ++_last).Value, "B", stream.Priority));
            while (_servedAt is null)
            {
                _story.Seconds.ShouldBeLessThan(10_000, "B starves");
                Next();
            }

            return _servedAt.Value - at;
        }

        private void Next()
        {
            if (_story.Wake is { } wake && (!_agenda.TryPeek(out _, out var first) || wake.TotalSeconds <= first.Item1))
            {
                _story.Woken();
            }
            else
            {
                _agenda.TryDequeue(out var happens, out var when);
                _story.Seconds = when.Item1;
                happens!();
            }

            Perform();
        }

        private void Perform()
        {
            foreach (var effect in _story.LastEffects.ToList())
            {
                switch (effect)
                {
                    case SchedulerEffect.Start(var run):
                        In(stream.Load, () => _story.Ready(run.ToString()));
                        break;
                    case SchedulerEffect.Stop(var run, _):
                        In(stream.Free, () => _story.Stops(run.ToString()));
                        break;
                    case SchedulerEffect.Grant(var id, _) when id == _b:
                        _servedAt = _story.Seconds;
                        break;
                    case SchedulerEffect.Grant(var id, var run):
                        // The first of them are not in step, so that the engine is never idle for a moment between two.
                        In(stream.Service * (id <= stream.Slots ? (double)id / stream.Slots : 1), () => EndAndAskAgain(id, run.ToString()));
                        break;
                }
            }
        }

        /// <summary>Whoever was answered asks again just before his slot is free.</summary>
        private void EndAndAskAgain(long id, string run)
        {
            _story.Arrives(++_last, "A");
            Perform();
            _story.Released(id, run);
        }

        private void In(double seconds, Action happens) => _agenda.Enqueue(happens, (_story.Seconds + seconds, ++_order));
    }
}
