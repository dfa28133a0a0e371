using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Scheduling;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Scheduling;

/// <summary>Other models while the door is open.</summary>
public sealed class AdmissionReconfigureTests
{
    private static readonly ModelSpec A = AdmissionFixture.A;

    private static readonly ModelSpec B = AdmissionFixture.B;

    [Fact]
    public async Task A_run_whose_model_says_the_same_of_it_is_not_touched()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var running = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        door.Reconfigure(A with { Aliases = ["alias"], Priority = Priority.High, WarmUp = 3 }, B with { Engine = B.Engine with { Command = ["another"] } });
        AdmissionFixture.LeaseOf(running).Instance.ShouldBe(AdmissionFixture.A1);
        await AdmissionFixture.LeaseOf(running).DisposeAsync();
        AdmissionFixture.LeaseOf(door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium))).Instance.ShouldBe(AdmissionFixture.A1);
        door.Host.Asked.ShouldBe(["start A#1"]);
    }

    [Fact]
    public async Task A_run_made_of_something_else_ends_what_it_does_and_the_next_request_gets_a_new_one()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var running = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        door.Reconfigure(A with { Engine = A.Engine with { Command = ["another"] } }, B);
        var next = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        door.Host.Asked.ShouldBe(["start A#1"]); // what is in flight is waited for
        await AdmissionFixture.LeaseOf(running).DisposeAsync();
        door.Host.Asked.ShouldBe(["start A#1", "stop A#1"]);
        door.Host.Ends(AdmissionFixture.A1);
        door.Host.Asked.ShouldBe(["start A#1", "stop A#1", "start A#2"]);
        next.Outcome.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_waits_for_a_model_that_is_removed_is_told_so_and_its_run_drains()
    {
        using var door = new AdmissionFixture();
        await door.AIsResidentAsync();
        var running = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        var waiting = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        door.Reconfigure(B);
        (await waiting.Outcome).ShouldBeOfType<AdmissionResult.Refused>().Error.ShouldBeOfType<RouterError.ModelRemoved>();
        door.Host.Asked.ShouldBe(["start A#1"]);
        await AdmissionFixture.LeaseOf(running).DisposeAsync();
        door.Host.Asked.ShouldBe(["start A#1", "stop A#1"]);
    }

    [Fact]
    public void More_requests_may_run_at_once_without_a_new_start()
    {
        using var door = new AdmissionFixture();
        var first = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        door.Host.Ready(AdmissionFixture.A1);
        AdmissionFixture.LeaseOf(first).ShouldNotBeNull();
        var second = door.Admission.TakeTicket(new TicketRequest(A.Id, Priority.Medium));
        second.Outcome.IsCompleted.ShouldBeFalse();
        door.Reconfigure(A with { MaxConcurrency = 2 }, B);
        AdmissionFixture.LeaseOf(second).Instance.ShouldBe(AdmissionFixture.A1);
        door.Host.Asked.ShouldBe(["start A#1"]);
    }

    [Fact]
    public void A_model_that_is_new_can_be_asked_for_at_once()
    {
        using var door = new AdmissionFixture();
        var added = AdmissionFixture.Model("new", 1);
        door.Reconfigure(A, added);
        door.Admission.TakeTicket(new TicketRequest(added.Id, Priority.Medium)).Outcome.IsCompleted.ShouldBeFalse();
        door.Host.Asked.ShouldBe(["start new#1"]);
    }
}
