using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;
using Lockkeeper.Server.Engines.Readiness;
using Lockkeeper.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Readiness;

public sealed class ReadyCheckTests
{
    [Fact]
    public async Task What_the_last_completion_failed_with_is_told_while_the_next_is_under_way()
    {
        var asked = 0;
        await using var web = Loopback.Build();
        web.MapGet("/health", http => http.Response.WriteAsync("ok"));
        web.MapPost("/v1/chat/completions", async http =>
        {
            if (Interlocked.Increment(ref asked) == 1)
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await web.StartAsync(TestContext.Current.CancellationToken);
        var model = new ModelSpec { Id = new ModelId("m"), Engine = new EngineSpec { Name = "e", Command = [], Ready = new ReadyRule { Completion = true } } };
        using var upstream = new Upstream(new Uri(web.Urls.First()));
        var check = new ReadyCheck(new EngineTalk(upstream, model.Engine, TimeProvider.System), model);
        const string Failure = "a completion of one token failed: POST /v1/chat/completions answered 503";

        (await check.HoldsAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        check.LastSeen.ShouldStartWith($"GET /health says that it is ready, but {Failure}");

        using var timeIsUp = new CancellationTokenSource();
        var next = check.HoldsAsync(timeIsUp.Token);
        await Eventually.True(() => Volatile.Read(ref asked) == 2, "the next is under way");
        await timeIsUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(next);
        check.LastSeen.ShouldStartWith($"GET /health answered 200, and POST /v1/chat/completions has not answered yet; before that, {Failure}");
    }
}
