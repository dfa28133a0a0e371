using System.Collections.Concurrent;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Scheduling;
using Shouldly;
using Xunit;
using static Lockkeeper.Server.Tests.Scheduling.AdmissionFixture;

namespace Lockkeeper.Server.Tests.Scheduling;

/// <summary>Many threads at the door at once, engines that crash and fail to start, clients that leave at the worst moment.</summary>
public sealed class AdmissionStressTests
{
    private const int Clients = 16;
    private const int RequestsPerClient = 700;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Eleven_thousand_requests_that_come_leave_and_finish_at_random_leave_nothing_behind()
    {
        using var door = new AdmissionFixture(maxQueue: 12);
        AnswerFromOtherThreads(door.Host);
        var crowd = new Crowd(door.Admission);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(seed => Task.Run(() => crowd.ClientAsync(new Random(seed))))).WaitAsync(Patience);

        var after = await door.Admission.LookAsync();
        after.Waiting.ShouldBeEmpty();
        after.Instances.ShouldAllBe(instance => instance.InFlight == 0);
        crowd.TooMany.ShouldBe(0, "P2");
        (crowd.Served + crowd.Refused + crowd.Left).ShouldBe(Clients * RequestsPerClient);
        crowd.Served.ShouldBeGreaterThan(1_000);
        crowd.Left.ShouldBeGreaterThan(100);
        await door.Admission.CloseAsync().WaitAsync(Patience);
        door.Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_departure_that_meets_a_grant_never_keeps_the_slot()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        for (var round = 0; round < 3_000; round++)
        {
            var running = LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)));
            using var gone = new CancellationTokenSource();
            var entered = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(gone.Token).AsTask();
            using var together = new Barrier(2);
            var leaves = Task.Run(() =>
            {
                together.SignalAndWait(Patience);
                return gone.CancelAsync();
            });
            together.SignalAndWait(Patience);
            running.Release();
            await leaves;
            try
            {
                var lease = (await entered.WaitAsync(Patience)).ShouldBeOfType<AdmissionResult.Granted>().Lease;
                (await door.Admission.LookAsync()).Instances.Single().InFlight.ShouldBe(1, "a lease that was handed out is not taken back");
                await lease.DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                // Left first.
            }

            (await door.Admission.LookAsync()).Instances.Single().InFlight.ShouldBe(0);
        }
    }

    /// <summary>The host answers from the thread pool, in time or late; every 20th start fails and every 15th run dies while it serves.</summary>
    private static void AnswerFromOtherThreads(ScriptedInstanceHost host)
    {
        var over = new ConcurrentDictionary<InstanceId, bool>();
        host.OnStart = instance => ThreadPool.QueueUserWorkItem(_ =>
        {
            if (instance.Run % 20 == 0 && over.TryAdd(instance, true))
            {
                host.FailStart(instance);
                host.Settled(instance);
                return;
            }

            host.Ready(instance);
            if (instance.Run % 15 == 0)
            {
                ThreadPool.QueueUserWorkItem(_ => End(instance));
            }
        });
        host.OnStop = instance => ThreadPool.QueueUserWorkItem(_ => End(instance));

        void End(InstanceId instance)
        {
            if (over.TryAdd(instance, true))
            {
                host.Ends(instance);
            }
        }
    }

    private sealed class Crowd(Admission admission)
    {
        private static readonly ModelSpec[] Models = [A, B, C];
        private readonly ConcurrentDictionary<InstanceId, int> _running = new();
        private int _tooMany;
        private int _served;
        private int _refused;
        private int _left;

        public int TooMany => _tooMany;

        public int Served => _served;

        public int Refused => _refused;

        public int Left => _left;

        public async Task ClientAsync(Random random)
        {
            for (var request = 0; request < RequestsPerClient; request++)
            {
                var model = Models[random.Next(3)];
                using var gone = new CancellationTokenSource();
                var entered = admission.TakeTicket(new TicketRequest(model.Id, (Priority)random.Next(5))).DecisionAsync(gone.Token).AsTask();
                var leaves = random.Next(4) == 0 ? Task.Run(gone.CancelAsync) : Task.CompletedTask;
                try
                {
                    await UseAsync(await entered, model);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref _left);
                }

                await leaves;
            }
        }

        private async Task UseAsync(AdmissionResult result, ModelSpec model)
        {
            if (result is not AdmissionResult.Granted(var lease))
            {
                Interlocked.Increment(ref _refused);
                return;
            }

            await using (lease)
            {
                if (_running.AddOrUpdate(lease.Instance, 1, (_, running) => running + 1) > model.MaxConcurrency)
                {
                    Interlocked.Increment(ref _tooMany);
                }

                await Task.Yield();
                _running.AddOrUpdate(lease.Instance, 0, (_, running) => running - 1);
            }

            Interlocked.Increment(ref _served);
        }
    }
}
