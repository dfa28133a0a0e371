using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Scheduling;
using Lockkeeper.Server.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;
using static Lockkeeper.Server.Tests.Scheduling.AdmissionFixture;

namespace Lockkeeper.Server.Tests.Scheduling;

public sealed class AdmissionTests
{
    private static readonly InstanceId B2 = new(B.Id, 2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void The_first_request_starts_its_model_and_is_granted_when_it_is_ready()
    {
        using var door = new AdmissionFixture();
        var ticket = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        ticket.Outcome.IsCompleted.ShouldBeFalse();
        door.Host.Asked.ShouldBe(["start A#1"]);

        door.Host.Ready(A1);
        var lease = LeaseOf(ticket);
        lease.Instance.ShouldBe(A1);
        lease.Upstream.ShouldBeSameAs(door.Host.UpstreamOf(A1));
    }

    [Fact]
    public async Task A_request_for_an_idle_resident_model_is_granted_before_enter_returns()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var entered = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(CancellationToken.None);
        entered.IsCompletedSuccessfully.ShouldBeTrue();
        (await Soon(entered)).ShouldBeOfType<AdmissionResult.Granted>();
    }

    [Fact]
    public void A_request_knows_its_ticket_before_anybody_can_see_it_wait()
    {
        using var door = new AdmissionFixture();
        using var request = new Journal(TimeProvider.System).Begin(new DefaultHttpContext { TraceIdentifier = "one" });
        AdmissionTicket? known = null;
        door.Host.OnStart = _ => known = request.Entry.Ticket;
        var ticket = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium), request);
        known.ShouldBeSameAs(ticket);
    }

    [Fact]
    public async Task The_way_through_an_idle_resident_model_allocates_little()
    {
        const int Rounds = 1_000;
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        long allocated = 0;
        for (var warm = 0; warm < 2; warm++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < Rounds; round++)
            {
                ((AdmissionResult.Granted)await door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(CancellationToken.None)).Lease.Release();
            }

            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
        }

        allocated.ShouldBeInRange(1, 704);
    }

    [Fact]
    public async Task A_disposed_lease_lets_the_next_one_in_and_counts_once()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var first = LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)));
        var second = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        var third = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        second.Outcome.IsCompleted.ShouldBeFalse();

        await first.DisposeAsync();
        await first.DisposeAsync();
        LeaseOf(second).Instance.ShouldBe(A1);
        third.Outcome.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_swap_goes_through_the_host_step_by_step()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var lease = LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)));
        var other = door.Admission.TakeTicket(new TicketRequest(B.Id, Priority.Medium));
        door.Host.Asked.ShouldBe(["start A#1"]);

        await lease.DisposeAsync();
        door.Host.Asked.ShouldBe(["start A#1", "stop A#1"]);
        door.Host.Gone(A1);
        door.Host.Asked.Count.ShouldBe(2);
        door.Host.Settled(A1);
        door.Host.Asked.ShouldBe(["start A#1", "stop A#1", "start B#2"]);
        door.Host.Ready(B2);
        LeaseOf(other).Instance.ShouldBe(B2);
    }

    [Fact]
    public async Task A_full_queue_and_a_failed_start_refuse_with_their_reasons()
    {
        using var door = new AdmissionFixture(maxQueue: 1);
        var first = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(CancellationToken.None);
        var second = await Soon(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(CancellationToken.None));
        second.ShouldBeOfType<AdmissionResult.Refused>().Error.ShouldBeOfType<RouterError.QueueFull>();

        door.Mailbox.Post(new SchedulerEvent.StartFailed(A1, InstanceFailure.Of("no such file")));
        (await Soon(first)).ShouldBeOfType<AdmissionResult.Refused>().Error.ShouldBeOfType<RouterError.StartFailed>().Failure.Cause.ShouldBe("no such file");
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_waits_is_out_of_the_line_at_once()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var running = LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)));
        using var gone = new CancellationTokenSource();
        var leaves = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(gone.Token);
        var stays = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));

        await gone.CancelAsync();
        (await door.Admission.LookAsync()).Waiting.Length.ShouldBe(1);
        await Should.ThrowAsync<OperationCanceledException>(async () => await Soon(leaves));
        await running.DisposeAsync();
        LeaseOf(stays);
    }

    [Fact]
    public async Task A_lease_granted_to_a_client_that_leaves_is_taken_back()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var ticket = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        LeaseOf(ticket);
        var next = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));

        ticket.Leave();
        ticket.HasLeft.ShouldBeTrue();
        var lease = LeaseOf(next);
        ticket.Leave();
        (await door.Admission.LookAsync()).Instances.ShouldHaveSingleItem().InFlight.ShouldBe(1);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_a_grant_gets_no_lease()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var running = LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)));
        using var gone = new CancellationTokenSource();
        var entered = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(gone.Token);

        door.Host.OnUpstreamAsked = gone.Cancel;
        await running.DisposeAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await Soon(entered));
        (await door.Admission.LookAsync()).Instances.ShouldHaveSingleItem().InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_grant_of_a_run_that_is_over_already_is_tried_again_in_its_old_place()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var running = LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)));
        var ticket = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        var later = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        door.Host.Die(A1);
        await running.DisposeAsync();
        ticket.Outcome.IsCompleted.ShouldBeFalse();

        door.Host.Ends(A1);
        var a2 = new InstanceId(A.Id, 2);
        door.Host.Ready(a2);
        LeaseOf(ticket).Instance.ShouldBe(a2);
        later.Outcome.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_model_that_dies_each_time_before_it_can_be_used_is_given_up()
    {
        using var door = new AdmissionFixture();
        var ticket = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        for (var run = 1; run <= 3; run++)
        {
            // Ready, but over before the grant.
            door.Mailbox.Post(new SchedulerEvent.InstanceReady(new InstanceId(A.Id, run)));
            ticket.Outcome.IsCompleted.ShouldBe(run == 3);
            door.Host.Ends(new InstanceId(A.Id, run));
        }

        (await ticket.Outcome.WaitAsync(Patience)).ShouldBeOfType<AdmissionResult.Refused>().Error.ShouldBeOfType<RouterError.EngineFailed>();
        door.Host.Asked.ShouldBe(["start A#1", "start A#2", "start A#3"]);
    }

    [Fact]
    public async Task A_client_that_leaves_between_a_vain_grant_and_the_next_try_is_gone()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var running = LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)));
        var ticket = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        door.Host.Die(A1);
        door.Host.OnUpstreamAsked = ticket.Leave;
        await running.DisposeAsync();

        ticket.Outcome.IsCanceled.ShouldBeTrue();
        door.Host.Ends(A1);
        door.Host.Asked.ShouldBe(["start A#1"]);
        (await door.Admission.LookAsync()).Waiting.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_waits_can_be_told_its_place_and_what_it_waits_for()
    {
        using var door = new AdmissionFixture();
        var first = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        var second = door.Admission.TakeTicket(new TicketRequest(B.Id, Priority.Medium));
        (await first.LookAsync())!.ToString().ShouldBe("queued 1, loading A");
        (await second.LookAsync())!.ToString().ShouldBe("queued 2, loading A");
        door.Host.Ready(A1);
        (await first.LookAsync()).ShouldBeNull();
        (await second.LookAsync())!.ToString().ShouldBe("queued 1, serving A");
    }

    [Fact]
    public async Task Closing_completes_when_the_last_instance_has_settled()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var lease = LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)));
        var waiting = door.Admission.TakeTicket(new TicketRequest(B.Id, Priority.Medium)).DecisionAsync(CancellationToken.None);

        var closed = door.Admission.CloseAsync();
        (await Soon(waiting)).ShouldBeOfType<AdmissionResult.Refused>().Error.ShouldBeOfType<RouterError.ShuttingDown>();
        (await Soon(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(CancellationToken.None))).ShouldBeOfType<AdmissionResult.Refused>().Error.ShouldBeOfType<RouterError.ShuttingDown>();
        await lease.DisposeAsync();
        door.Host.Asked.ShouldBe(["start A#1", "stop A#1"]);
        door.Host.Gone(A1);
        closed.IsCompleted.ShouldBeFalse("its memory is not back yet");
        door.Host.Settled(A1);
        await closed.WaitAsync(Patience);
    }

    [Fact]
    public async Task Closing_an_idle_door_completes_at_once()
    {
        using var door = new AdmissionFixture();
        await door.Admission.CloseAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_loop_that_fails_says_so_and_leaves_nobody_waiting()
    {
        using var door = new AdmissionFixture();
        door.Host.OnStart = _ => throw new InvalidOperationException("a host must not throw");
        var entered = await Soon(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium)).DecisionAsync(CancellationToken.None));

        entered.ShouldBeOfType<AdmissionResult.Refused>().Error.Status.ShouldBe(503);
        door.Log.Entries.ShouldHaveSingleItem().Level.ShouldBe(LogLevel.Critical);
        door.Log.Entries[0].Exception!.Message.ShouldBe("a host must not throw");
        (await Soon(door.Admission.TakeTicket(new TicketRequest(B.Id, Priority.Medium)).DecisionAsync(CancellationToken.None))).ShouldBeOfType<AdmissionResult.Refused>().Error.Status.ShouldBe(503);
        (await door.Admission.LookAsync()).Waiting.ShouldBeEmpty();
        await Should.ThrowAsync<InvalidOperationException>(() => door.Admission.CloseAsync().WaitAsync(Patience));
    }

    [Fact]
    public async Task A_model_that_is_not_of_the_catalog_is_refused()
    {
        using var door = new AdmissionFixture();
        var ticket = door.Admission.TakeTicket(new TicketRequest(new ModelId("unknown"), Priority.Medium));
        (await Soon(ticket.DecisionAsync(CancellationToken.None))).ShouldBeOfType<AdmissionResult.Refused>().Error.ShouldBeOfType<RouterError.ModelRemoved>();
        door.Log.Entries.ShouldBeEmpty();
    }

    /// <summary>A forgotten ticket must fail the test, not hang it.</summary>
    private static Task<AdmissionResult> Soon(ValueTask<AdmissionResult> entered) => entered.AsTask().WaitAsync(Patience);
}
