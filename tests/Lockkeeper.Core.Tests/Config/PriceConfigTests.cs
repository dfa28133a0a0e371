using Lockkeeper.Core.Config;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Config;

public sealed class PriceConfigTests
{
    [Theory]
    [InlineData(1_000_000, 0, 0, 3.0)]
    [InlineData(0, 1_000_000, 0, 15.0)]
    [InlineData(1_000_000, 0, 1_000_000, 0.3)]
    [InlineData(1_000_000, 100_000, 500_000, 3.15)]
    [InlineData(1_000_000, 0, 9_000_000, 0.3)]
    public void A_request_costs_its_tokens_by_kind(long prompt, long completion, long cached, double usd) =>
        new PriceConfig { Input = 3, Output = 15, CachedInput = 0.3 }.Of(prompt, completion, cached).ShouldBe(usd, 1e-9);

    [Theory]
    [InlineData(1_000_000, 1_000_000, 0, 3.75)]
    [InlineData(1_000_000, 200_000, 300_000, 2.34)]
    [InlineData(1_000_000, 9_000_000, 600_000, 1.68)]
    public void What_a_cache_takes_in_has_a_price_of_its_own(long prompt, long written, long cached, double usd) =>
        new PriceConfig { Input = 3, Output = 15, CachedInput = 0.3, CacheWrite = 3.75 }.Of(prompt, 0, cached, written).ShouldBe(usd, 1e-9);

    [Fact]
    public void What_was_cached_costs_the_same_where_nobody_says_otherwise() => new PriceConfig { Input = 3, Output = 15 }.Of(1_000_000, 0, 500_000, 500_000).ShouldBe(3, 1e-9);

    [Fact]
    public void The_price_is_that_of_the_id_else_of_the_name_it_is_asked_by()
    {
        var config = new LockkeeperConfig { Prices = new Dictionary<string, PriceConfig> { ["a"] = new() { Input = 1, Output = 1 }, ["vendor/b"] = new() { Input = 2, Output = 2 } } };
        config.PriceOf("a", new ModelConfig { Engine = "e", RequestModel = "vendor/b" })!.Input.ShouldBe(1);
        config.PriceOf("x", new ModelConfig { Engine = "e", RequestModel = "vendor/b" })!.Input.ShouldBe(2);
        config.PriceOf("x", new ModelConfig { Engine = "e", Path = "vendor/b" })!.Input.ShouldBe(2);
        config.PriceOf("x", new ModelConfig { Engine = "e" }).ShouldBeNull();
    }
}
