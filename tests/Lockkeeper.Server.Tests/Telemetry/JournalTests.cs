using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Telemetry;

public sealed class JournalTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_request_is_found_while_it_lives_and_after()
    {
        var journal = new Journal(_time);
        var request = journal.Begin(Http("one"));
        journal.FindLive("one").ShouldBe(request);
        journal.Find("one").ShouldBe(request.Entry);

        _time.Advance(TimeSpan.FromSeconds(3));
        journal.End(request, error: null, status: 200);
        journal.FindLive("one").ShouldBeNull();
        journal.Find("one").ShouldNotBeNull().ShouldSatisfyAllConditions(
            entry => entry.State.ShouldBe(RequestState.Ended), entry => entry.Outcome.ShouldBe(RequestOutcome.Answered), entry => entry.Duration.ShouldBe(TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void The_oldest_ended_requests_are_forgotten_and_no_live_one_ever_is()
    {
        var journal = new Journal(_time);
        journal.Begin(Http("0000"));
        for (var i = 1; i <= Journal.Kept + 5; i++)
        {
            journal.End(journal.Begin(Http($"{i:0000}")), error: null, status: 200);
        }

        journal.Find("0005").ShouldBeNull();
        journal.Find("0006").ShouldNotBeNull();
        journal.Find("0000").ShouldNotBeNull();
        journal.Latest(int.MaxValue).Count.ShouldBe(Journal.Kept + 1);
        journal.Latest(2).Select(entry => entry.Id).ShouldBe(["1005", "1004"]);
    }

    [Fact]
    public void An_end_is_noted_once()
    {
        List<JournalEntry> ended = [];
        var journal = new Journal(_time);
        journal.Ended += ended.Add;
        var request = journal.Begin(Http("one"));
        journal.End(request, error: null, status: 200);
        journal.End(request, error: null, status: 200);
        ended.ShouldHaveSingleItem();
    }

    [Fact]
    public void The_clients_own_id_is_noted_but_not_without_limit()
    {
        var http = Http("one");
        http.Request.Headers["X-Request-Id"] = new string('x', 5_000);
        new Journal(_time).Begin(http).Entry.ClientRequestId.ShouldNotBeNull().Length.ShouldBe(128);
        new Journal(_time).Begin(Http("two")).Entry.ClientRequestId.ShouldBeNull();
    }

    [Fact]
    public void What_an_end_is_called_follows_from_its_error()
    {
        var model = new ModelId("m");
        var failure = InstanceFailure.Of("it died");
        OutcomeOf(null).ShouldBe(RequestOutcome.Answered);
        OutcomeOf(new RouterError.ModelUnknown("m", [])).ShouldBe(RequestOutcome.Refused);
        OutcomeOf(new RouterError.QueueFull(1, TimeSpan.Zero)).ShouldBe(RequestOutcome.Refused);
        OutcomeOf(new RouterError.ClientGone()).ShouldBe(RequestOutcome.Cancelled);
        OutcomeOf(new RouterError.CancelledByOperator("one")).ShouldBe(RequestOutcome.Cancelled);
        OutcomeOf(new RouterError.EngineFailed(model, failure)).ShouldBe(RequestOutcome.Failed);
        OutcomeOf(new RouterError.MaxDurationPassed(model, TimeSpan.Zero)).ShouldBe(RequestOutcome.Failed);
    }

    internal static DefaultHttpContext Http(string id) => new() { TraceIdentifier = id };

    private RequestOutcome? OutcomeOf(RouterError? error)
    {
        var journal = new Journal(_time);
        var request = journal.Begin(Http("one"));
        journal.End(request, error, status: 200);
        return request.Entry.Outcome;
    }
}
