using System.Text;
using Lockkeeper.Server.Engines;
using Lockkeeper.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Engines;

public sealed class OutputTailTests
{
    [Fact]
    public void Lines_end_at_newlines_and_at_the_returns_of_progress_bars()
    {
        var tail = Tail();
        Append(tail, "one\ntwo\r\n 10 %\r 20 %\rthr");
        Append(tail, "ee\n");
        tail.Lines().ShouldBe(["one", "two", " 10 %", " 20 %", "three"]);
    }

    [Fact]
    public void Only_the_last_lines_are_kept()
    {
        var tail = Tail();
        Append(tail, string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}\n")));
        tail.Lines().Count.ShouldBe(OutputTail.LinesKept);
        tail.Lines()[^1].ShouldBe("line 999");
    }

    [Fact]
    public void Long_lines_are_cut_and_the_whole_stays_bounded()
    {
        var tail = Tail();
        Append(tail, string.Concat(Enumerable.Repeat(new string('x', 100_000) + "\n", 50)));
        tail.Lines().ShouldAllBe(line => line.Length <= OutputTail.LongestLine + 1 && line.EndsWith('…'));
        tail.Lines().Sum(line => line.Length).ShouldBeLessThanOrEqualTo(OutputTail.BytesKept);
    }

    [Fact]
    public void Secrets_are_masked_even_across_the_cut_and_inside_each_other()
    {
        var tail = Tail(("API_KEY", "sekret"), ("my_token", "sekret-and-more"), ("Path", "visible"), ("SHORT_KEY", "abc"));
        Append(tail, "sekret visible sekret-and-more abc\n");
        Append(tail, new string('x', OutputTail.LongestLine - 3) + "sekret-and-more and much more\n");
        tail.Lines()[0].ShouldBe("*** visible *** abc");
        tail.Lines()[1].ShouldEndWith("xxx***…");
    }

    [Fact]
    public void Control_sequences_are_dropped()
    {
        var tail = Tail();
        Append(tail, "\u001b[1;31mred\u001b[0m \u0007bell\ttab\n");
        tail.Lines().ShouldBe(["red bell\ttab"]);
    }

    [Fact]
    public void The_log_gets_a_bounded_number_of_lines_a_second_and_the_count_of_the_rest()
    {
        var time = new ManualTime();
        var log = new CountingLogger();
        var tail = new OutputTail([], time, log);
        Append(tail, string.Concat(Enumerable.Repeat("x\n", 1000)));
        log.Lines.Count.ShouldBe(OutputTail.LinesLoggedPerSecond);

        time.Advance(TimeSpan.FromSeconds(1));
        Append(tail, "later\n");
        log.Lines[^2].ShouldBe($"… {1000 - OutputTail.LinesLoggedPerSecond} more lines, too many to log");
        log.Lines[^1].ShouldBe("later");
    }

    private static OutputTail Tail(params (string Name, string Value)[] variables) =>
        new(variables.Select(variable => KeyValuePair.Create(variable.Name, (string?)variable.Value)), new ManualTime(), NullLogger.Instance);

    private static void Append(OutputTail tail, string text) => tail.Append(Encoding.UTF8.GetBytes(text));

    private sealed class CountingLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
