using Lockkeeper.Core.Models;
using Lockkeeper.Core.Scheduling;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Telemetry;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Telemetry;

public sealed class LiveRequestTests : IDisposable
{
    private static readonly InstanceId Run = new(new ModelId("m"), 1);

    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _client = new();
    private readonly LiveRequest _request;

    public LiveRequestTests()
    {
        var http = new DefaultHttpContext { TraceIdentifier = "one", RequestAborted = _client.Token };
        _request = new LiveRequest(new JournalEntry("one", "/", _time.GetUtcNow()), http, _time, swaps: null);
    }

    public void Dispose()
    {
        _request.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task A_client_that_leaves_ends_it_and_an_operator_comes_too_late()
    {
        await _client.CancelAsync();
        _request.Aborted.IsCancellationRequested.ShouldBeTrue();
        _request.TryCancel().ShouldBeFalse();
        _request.WhyAborted.ShouldBeOfType<RouterError.ClientGone>();
    }

    [Fact]
    public async Task An_operator_ends_it_once_and_a_client_that_leaves_then_changes_nothing()
    {
        _request.TryCancel().ShouldBeTrue();
        _request.TryCancel().ShouldBeTrue();
        await Eventually.True(() => _request.Aborted.IsCancellationRequested, "the request is aborted");
        await _client.CancelAsync();
        _request.WhyAborted.ShouldBe(new RouterError.CancelledByOperator("one"));
    }

    [Fact]
    public void What_is_over_cannot_be_cancelled()
    {
        _request.Dispose();
        _request.TryCancel().ShouldBeFalse();
    }

    [Fact]
    public void It_may_have_an_instance_for_max_duration_over_all_tries_and_the_wait_does_not_count()
    {
        var model = new ModelSpec { Id = Run.Model, Engine = new EngineSpec { Name = "e", Command = ["x"] }, MaxDuration = TimeSpan.FromSeconds(10) };
        _time.Advance(TimeSpan.FromMinutes(5));
        _request.Granted(Run, model, atOnce: true);
        _time.Advance(TimeSpan.FromSeconds(6));
        _request.Granted(Run, model, atOnce: true);
        _time.Advance(TimeSpan.FromSeconds(3.9));
        _request.Aborted.IsCancellationRequested.ShouldBeFalse();

        _time.Advance(TimeSpan.FromSeconds(0.2));
        _request.Aborted.IsCancellationRequested.ShouldBeTrue();
        _request.WhyAborted.ShouldBe(new RouterError.MaxDurationPassed(Run.Model, TimeSpan.FromSeconds(10)));
        _request.TryCancel().ShouldBeTrue();
        _request.WhyAborted.ShouldBeOfType<RouterError.MaxDurationPassed>("it had ended for that reason already");
    }
}
