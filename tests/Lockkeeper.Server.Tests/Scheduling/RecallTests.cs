using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Server.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Scheduling;

public sealed class RecallTests
{
    [Fact]
    public void Either_the_call_wins_or_the_first_byte()
    {
        var kept = 0;
        using var called = new Recall(() => kept++);
        using var end = new CancellationTokenSource();
        using var registration = called.WhenCalled(end);
        called.Call();
        called.IsCalled.ShouldBeTrue();
        called.TryKeep().ShouldBeFalse();
        kept.ShouldBe(0);
        SpinWait.SpinUntil(() => end.IsCancellationRequested, TimeSpan.FromSeconds(10)).ShouldBeTrue();

        using var sent = new Recall(() => kept++);
        sent.TryKeep().ShouldBeTrue();
        sent.Call();
        sent.IsCalled.ShouldBeFalse();
        sent.TryKeep().ShouldBeTrue();
        kept.ShouldBe(1, "the first byte is told once");
    }

    [Fact]
    public async Task A_background_request_is_called_back_for_a_critical_one_and_keeps_its_place()
    {
        using var door = new AdmissionFixture(preempt: true);
        await door.AIsResidentAsync();
        var background = AdmissionFixture.LeaseOf(Ask(door, Priority.Background));
        var later = Ask(door, Priority.Background);
        var critical = Ask(door, Priority.Critical);
        background.Recall!.IsCalled.ShouldBeTrue();
        critical.Outcome.IsCompleted.ShouldBeFalse("the slot is free when the engine's connection is closed");

        await background.DisposeAsync();
        var lease = AdmissionFixture.LeaseOf(critical);
        var again = door.Admission.TakeTicket(new TicketRequest(AdmissionFixture.A.Id, Priority.Background) { Place = background.Ticket });
        await lease.DisposeAsync();
        AdmissionFixture.LeaseOf(again);
        later.Outcome.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task What_has_sent_its_first_byte_is_left_alone()
    {
        using var door = new AdmissionFixture(preempt: true);
        await door.AIsResidentAsync();
        var background = AdmissionFixture.LeaseOf(Ask(door, Priority.Background));
        background.Recall!.TryKeep().ShouldBeTrue();
        Ask(door, Priority.Critical).Outcome.IsCompleted.ShouldBeFalse();
        background.Recall.IsCalled.ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_is_called_back_where_that_is_not_configured()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        AdmissionFixture.LeaseOf(Ask(door, Priority.Background)).Recall.ShouldBeNull();
    }

    private static AdmissionTicket Ask(AdmissionFixture door, Priority priority) => door.Admission.TakeTicket(new TicketRequest(new ModelId("A"), priority));
}
