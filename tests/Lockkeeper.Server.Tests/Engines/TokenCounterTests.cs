using System.Text;
using Lockkeeper.Core.Models;
using Lockkeeper.Server.Engines;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class TokenCounterTests
{
    private const string Chat = """{"model":"m","stream":true,"messages":[{"role":"user","content":"a b c"}],"max_tokens":5}""";

    [Theory]
    [InlineData("llama.cpp", 7)]
    [InlineData("vllm", 12)]
    [InlineData("builtin", 12)]
    [InlineData("ollama", null)]
    [InlineData(null, null)]
    public async Task An_engine_counts_by_the_routes_that_it_has(string? preset, int? tokens)
    {
        await using var engine = await Daemon.StartAsync("--tokenizer 7,12");
        (await CountAsync(engine.Url, preset)).ShouldBe(tokens);
    }

    [Theory]
    [InlineData("llama.cpp")]
    [InlineData("vllm")]
    public async Task An_engine_without_those_routes_counts_nothing(string preset)
    {
        await using var engine = await Daemon.StartAsync("--id a");
        (await CountAsync(engine.Url, preset)).ShouldBeNull();
    }

    private static async Task<int?> CountAsync(string url, string? preset)
    {
        using var upstream = new Upstream(new Uri(url));
        var model = new ModelSpec { Id = new ModelId("m"), Engine = new EngineSpec { Name = "e", Preset = preset, Command = [] } };
        return await new TokenCounter(TimeProvider.System).CountAsync(upstream, model, Encoding.UTF8.GetBytes(Chat), TestContext.Current.CancellationToken);
    }
}
