using System.Text.Json;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests.Cli;

public sealed class SimulateVerbTests
{
    private const string Trace =
        """
        {"models":[{"id":"a","load_s":8,"free_s":2,"footprint":"6GiB","resident":true},{"id":"b","load_s":8,"free_s":2,"footprint":"6GiB","tokens_per_second":40}]}
        {"at_s":0,"model":"a","service_s":4}
        {"at_s":1,"model":"b","completion_tokens":80,"priority":"high"}
        {"at_s":2,"model":"a","service_s":1}

        """;

    [Fact]
    public async Task A_trace_becomes_a_table_for_people()
    {
        using var run = new LockkeeperRun();
        run.Write("day.jsonl", Trace);
        var (exit, output, errors) = await run.Start("simulate", "day.jsonl", "--policy", "fifo").EndAsync();
        exit.ShouldBe(0);
        errors.ShouldBeEmpty();
        output.ShouldBe(
            """
            3 requests for 2 models, one at a time. Waits, from arrival to a slot:

            fifo: 2 swaps, 2 loads, busy 25.9 %, 2 overdue, 0 beyond the bound, 0 never served
              model  priority  requests   mean    p50    p95    p99    max
              all    all              3  12.3s  13.0s  24.0s  24.0s  24.0s
              a      medium           2  12.0s   0.0s  24.0s  24.0s  24.0s
              b      high             1  13.0s  13.0s  13.0s  13.0s  13.0s

            """);
    }

    [Fact]
    public async Task Without_a_policy_it_is_the_scheduler_that_serves_and_with_a_pool_models_share_it()
    {
        using var run = new LockkeeperRun { Input = Trace };
        var (exit, output, _) = await run.Start("simulate", "-", "--pool", "24GiB", "--json").EndAsync();
        exit.ShouldBe(0);
        using var json = JsonDocument.Parse(output);
        var root = json.RootElement;
        (root.GetProperty("traces").GetInt32(), root.GetProperty("models").GetInt32(), root.GetProperty("requests").GetInt32(), root.GetProperty("pool").GetInt64()).ShouldBe((1, 2, 3, 24L << 30));
        var policy = root.GetProperty("policies").EnumerateArray().ShouldHaveSingleItem();
        policy.GetProperty("policy").GetString().ShouldBe("lockkeeper");
        (policy.GetProperty("swaps").GetInt32(), policy.GetProperty("loads").GetInt32(), policy.GetProperty("missed_bounds").GetInt32()).ShouldBe((0, 1, 0));
        var waits = policy.GetProperty("waits").EnumerateArray().ToList();
        waits.Count.ShouldBe(3);
        (waits[0].GetProperty("model").ValueKind, waits[0].GetProperty("priority").ValueKind).ShouldBe((JsonValueKind.Null, JsonValueKind.Null));
        (waits[2].GetProperty("model").GetString(), waits[2].GetProperty("priority").GetString(), waits[2].GetProperty("max_s").GetDouble()).ShouldBe(("b", "high", 8));
    }

    [Fact]
    public async Task All_rules_are_compared_over_several_traces()
    {
        using var run = new LockkeeperRun();
        var (exit, output, _) = await run.Start("simulate", "--generate", "agents", "--seeds", "2", "--policy", "all").EndAsync();
        exit.ShouldBe(0);
        output.ShouldContain(" requests in 2 traces for 3 models, one at a time.");
        output.Split('\n').Where(line => line.Contains(" swaps, ", StringComparison.Ordinal)).Select(line => line.Split(':')[0]).ShouldBe(["lockkeeper", "fifo", "resident-first", "lru"]);
    }

    [Fact]
    public async Task A_generated_trace_that_is_written_gives_the_same_figures_when_it_is_read()
    {
        using var run = new LockkeeperRun();
        string[] generate = ["simulate", "--generate", "batch-interactive", "--load", "0.3", "--swap", "5s", "--seed", "7"];
        (await run.Start([.. generate, "--write", "trace.jsonl"]).EndAsync()).ExitCode.ShouldBe(0);
        using var direct = new LockkeeperRun();
        var (_, expected, _) = await direct.Start([.. generate, "--json"]).EndAsync();
        using var again = new LockkeeperRun { Input = await File.ReadAllTextAsync(Path.Combine(run.Folder, "trace.jsonl")) };
        var (_, actual, _) = await again.Start("simulate", "-", "--json").EndAsync();
        actual.ShouldBe(expected);
    }

    [Fact]
    public async Task The_table_of_the_docs_has_a_line_for_every_load_and_swap_and_says_what_became_of_the_aims()
    {
        using var run = new LockkeeperRun();
        var (exit, output, _) = await run.Start("simulate", "--table", "--seeds", "1").EndAsync();
        exit.ShouldBe(0);
        var lines = output.Split('\n');
        lines.Where(line => line.StartsWith("### ", StringComparison.Ordinal)).ShouldBe(["### agents", "### steady-rare", "### batch-interactive", "### Aims"]);
        lines.Count(line => line.StartsWith("| 0.", StringComparison.Ordinal)).ShouldBe(27);
        lines.ShouldContain("| load | swap | lockkeeper | fifo | resident-first | lru | beyond the bound |");
    }

    [Theory]
    [InlineData("{\"models\":[{\"id\":\"a\",\"load_s\":8}]}\n", "lockkeeper: bad.jsonl: line 1: models[0].free_s: is missing", "bad.jsonl")]
    [InlineData("{\"models\":[{\"id\":\"a\",\"load_s\":8,\"free_s\":1}]}\n", "lockkeeper: the footprint of 'a' is missing in the model table; a pool of a size needs all of them", "bad.jsonl", "--pool", "1GiB")]
    [InlineData("", "lockkeeper: gone.jsonl: does not exist", "gone.jsonl")]
    public async Task A_bad_trace_is_one_clear_line_and_exit_code_2(string text, string expected, params string[] arguments)
    {
        using var run = new LockkeeperRun();
        run.Write("bad.jsonl", text);
        var (exit, output, errors) = await run.Start(["simulate", .. arguments]).EndAsync();
        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldBe([expected]);
    }
}
