using System.Collections.Immutable;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Leaks;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Leaks;

public sealed class LeakPlanTests
{
    private const string Thinking = "<think>hm</think>\n\n";
    private const string Channels = "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary to=functions.now<|message|>{}<|call|>";
    private const string Tagged = """<tool_call>{"name":"now"}</tool_call>""";

    private static readonly ImmutableArray<ToolSpec> Tools = [new("now", null, null)];

    [Fact]
    public void Where_nothing_leaks_nothing_stands_between()
    {
        var told = new Told();
        LeakPlan.None.Before(told, Tools, "seed").ShouldBeSameAs(told);
        LeakPlan.None.Concerns(Tools).ShouldBeFalse();
        var tools = new LeakPlan { Tools = ToolDialect.Auto };
        tools.Before(told, [], "seed").ShouldBeSameAs(told);
        tools.Concerns([]).ShouldBeFalse();
        tools.Concerns(Tools).ShouldBeTrue();
        new LeakPlan { Format = ReasoningFormat.Auto, Reasoning = ReasoningPolicy.Keep }.Concerns(Tools).ShouldBeFalse();
        new LeakPlan { Reasoning = ReasoningPolicy.Drop }.Concerns([]).ShouldBeTrue();
    }

    [Theory]
    [InlineData(Thinking + Tagged)]
    [InlineData(Channels)]
    public void Both_ways_of_thinking_and_calling_are_found_where_they_are_left_open(string text) =>
        Run(new LeakPlan { Format = ReasoningFormat.Auto, Tools = ToolDialect.Auto }, text).ShouldBe(["think: hm", "call 0: now", "args 0: {}", "end: ToolCalls"]);

    [Theory]
    [InlineData(Thinking + Tagged)]
    [InlineData(Channels)]
    public void Reasoning_may_be_dropped_in_both(string text) =>
        Run(new LeakPlan { Format = ReasoningFormat.Auto, Tools = ToolDialect.Auto, Reasoning = ReasoningPolicy.Drop }, text).ShouldBe(["call 0: now", "args 0: {}", "end: ToolCalls"]);

    [Fact]
    public void Kept_reasoning_does_not_hide_a_call() =>
        Run(new LeakPlan { Format = ReasoningFormat.Think, Tools = ToolDialect.Hermes, Reasoning = ReasoningPolicy.Keep }, Thinking + Tagged).ShouldBe([$"text: {Thinking}", "call 0: now", "args 0: {}", "end: ToolCalls"]);

    [Fact]
    public void A_call_within_reasoning_is_only_thought_of() =>
        Run(new LeakPlan { Format = ReasoningFormat.Think, Tools = ToolDialect.Hermes }, $"<think>{Tagged}</think>Hello").ShouldBe([$"think: {Tagged}", "text: Hello", "end: Stop"]);

    [Fact]
    public void Reasoning_can_be_expected_from_the_start() =>
        Run(new LeakPlan { Format = ReasoningFormat.Auto, StartsInReasoning = true }, "hm</think>Hello").ShouldBe(["think: hm", "text: Hello", "end: Stop"]);

    private static IReadOnlyList<string> Run(LeakPlan plan, string text) => Told.OfEveryCut(sink => plan.Before(sink, Tools, "seed"), text);
}
