using System.Net;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What is asked for in vain is refused in the shape that SDKs read, whatever it is.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task A_route_that_is_not_there_is_refused_in_words_also_when_it_looks_like_a_file()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        foreach (var path in new[] { "/", "/v1/nothing", "/v1/models/qwen2.5", "/favicon.ico" })
        {
            using var response = await lockkeeper.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            var error = await response.ErrorAsync();
            error.Code.ShouldBe("unknown_route", path);
            error.Message.ShouldContain($"GET {path}");
        }
    }

    [Fact]
    public async Task A_method_that_a_route_does_not_take_is_405()
    {
        await using var lockkeeper = await LockkeeperProcess.StartAsync(new TestConfig { Models = { ["a"] = "" } });
        using var response = await lockkeeper.GetAsync("/v1/chat/completions");
        response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await response.ErrorAsync()).Code.ShouldBe("method_not_allowed");
    }
}
