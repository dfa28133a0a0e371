using Lockkeeper.Core.Config;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Engines.Cloud;
using Lockkeeper.Server.Learned;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines.Cloud;

public sealed class SpendingTests : IDisposable
{
    private static readonly ModelSpec Model = new()
    {
        Id = new ModelId("far"),
        Engine = new EngineSpec { Name = "cloud", Command = [] },
        Price = new PriceConfig { Input = 1, Output = 10, CachedInput = 0.1, CacheWrite = 2 },
        MaxUsdPerDay = 1,
    };

    private readonly ManualTime _time = new();
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "spending.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_request_costs_what_the_engine_counts()
    {
        await using var spending = new Spending(file: null, _time);
        Reserve(spending).End(new TokenUsage(100_000, 20_000) { Cached = 50_000, Written = 10_000 }, bytes: 10);
        Spent(spending).ShouldBe((0.04 + 0.005 + 0.02 + 0.2, 0));
    }

    [Fact]
    public async Task What_is_spent_is_refused_until_the_day_ends()
    {
        await using var spending = new Spending(file: null, _time);
        Reserve(spending).End(new TokenUsage(1_000_000, 20_000), bytes: 10);
        var error = Refused(spending);
        (error.Status, error.Code).ShouldBe((402, "spend_limit_reached"));
        error.Message.ShouldBe("'far' may cost 1.00 USD a day (max_usd_per_day): 1.20 are spent, and what runs may cost 0.00 more. The day ends at 2030-01-03 00:00 UTC.");
        error.RetryAfter.ShouldBe(new DateTimeOffset(2030, 1, 3, 0, 0, 0, TimeSpan.Zero) - _time.GetUtcNow());
        spending.Reserve(Model with { Id = new ModelId("other") }, 1, 1).Holds(out _, out _).ShouldBeTrue("that is another model");

        _time.Advance(error.RetryAfter!.Value);
        Spent(spending).ShouldBe((0, 0));
        Reserve(spending).Dispose();
    }

    [Fact]
    public async Task Many_at_the_same_time_go_beyond_the_limit_by_one_of_them_and_no_further()
    {
        await using var spending = new Spending(file: null, _time);
        var holds = new List<SpendingHold>();
        while (holds.Count < 10 && spending.Reserve(Model, 100_000, 30_000).Holds(out var hold, out _)) // 0.40 USD
        {
            holds.Add(hold);
        }

        holds.Count.ShouldBe(3);
        Refused(spending).RetryAfter.ShouldBe(TimeSpan.FromSeconds(5), "one of those may end soon, and have cost less");
        holds[0].Dispose();
        Spent(spending).ShouldBe((0, 0.8), "it has cost nothing");
        Reserve(spending).Dispose();
    }

    [Fact]
    public async Task An_answer_that_nobody_counted_has_cost_what_it_may()
    {
        await using var spending = new Spending(file: null, _time);
        var hold = Reserve(spending, 100_000, 30_000);
        hold.End(usage: null, bytes: 1);
        hold.End(new TokenUsage(5, 5), bytes: 1);
        hold.Dispose();
        Spent(spending).ShouldBe((0.4, 0), "it ends once");
    }

    [Fact]
    public async Task A_model_without_a_price_costs_nothing()
    {
        await using var spending = new Spending(file: null, _time);
        spending.Reserve(Model with { Price = null, MaxUsdPerDay = null }, 1_000_000, 1_000_000).Holds(out var hold, out _).ShouldBeTrue();
        hold!.End(new TokenUsage(1_000_000, 1_000_000), bytes: 1);
        Spent(spending).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_restart_forgets_nothing_of_the_day()
    {
        await using (var before = Kept())
        {
            Reserve(before).End(new TokenUsage(500_000, 0), bytes: 1);
        }

        await using (var after = Kept())
        {
            Spent(after).ShouldBe((0.5, 0));
        }

        _time.Advance(TimeSpan.FromDays(1));
        await using var tomorrow = Kept();
        Spent(tomorrow).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_kill_forgets_a_second_of_it_at_most()
    {
        await using var killed = Kept();
        Reserve(killed).End(new TokenUsage(500_000, 0), bytes: 1);
        await Eventually.True(() => _time.Timers == 1, "it keeps");
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => System.IO.File.Exists(File), "it is kept");
        await using var after = Kept();
        Spent(after).ShouldBe((0.5, 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"day\":7}")]
    [InlineData("{\"day\":\"yesterday\",\"usd\":{}}")]
    [InlineData("{\"day\":\"2030-01-02\",\"usd\":{\"far\":\"much\"}}")]
    public async Task A_file_that_makes_no_sense_keeps_nobody_from_serving(string text)
    {
        await System.IO.File.WriteAllTextAsync(File, text, TestContext.Current.CancellationToken);
        await using var spending = Kept();
        Spent(spending).ShouldBe((0, 0));
    }

    private static (double Spent, double HeldBack) Spent(Spending spending)
    {
        var (spent, heldBack) = spending.Now().GetValueOrDefault(Model.Id);
        return (Math.Round(spent, 9), Math.Round(heldBack, 9));
    }

    private static SpendingHold Reserve(Spending spending, long prompt = 0, long most = 0) =>
        spending.Reserve(Model, prompt, most).Holds(out var hold, out var error) ? hold : throw new InvalidOperationException(error.Message);

    private static RouterError Refused(Spending spending) =>
        spending.Reserve(Model, 0, 0).Holds(out _, out var error) ? throw new InvalidOperationException("it was let in") : error;

    private Spending Kept() => new(new SpendingFile(File, new LearnedFile(File, NullLogger<LearnedFile>.Instance), NullLogger<SpendingFile>.Instance), _time);
}
