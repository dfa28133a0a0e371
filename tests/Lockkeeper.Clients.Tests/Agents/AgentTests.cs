using Shouldly;
using Xunit;

namespace Lockkeeper.Clients.Tests.Agents;

/// <summary>
/// Each agent takes one turn with a demo model. Its prompt is a hundred times what that model was trained on, and the text is nonsense: what counts is that the
/// agent finds every event it waits for, and ends well.
/// </summary>
public sealed class AgentTests
{
    public AgentTests() => Assert.SkipUnless(Platform.IsCovered, Platform.Why);

    [Fact]
    public async Task Codex_completes_a_turn_over_responses()
    {
        var turn = await TurnAsync<Codex>();
        turn.EndedWell.ShouldBeTrue(turn.Said);
        turn.Types[0].ShouldBe("thread.started");
        turn.Types.ShouldContain("turn.started");
        turn.Types.ShouldNotContain("turn.failed", turn.Said);
        turn.Types[^1].ShouldBe("turn.completed");
        var usage = turn.Events[^1].GetProperty("usage");
        usage.GetProperty("input_tokens").GetInt64().ShouldBe(TokensOf(turn, "prompt_tokens"));
        usage.GetProperty("output_tokens").GetInt64().ShouldBe(TokensOf(turn, "completion_tokens"));
    }

    [Fact]
    public async Task Claude_Code_completes_a_turn_over_messages()
    {
        var turn = await TurnAsync<ClaudeCode>();
        turn.EndedWell.ShouldBeTrue(turn.Said);
        turn.Types[0].ShouldBe("system");
        turn.Types[^1].ShouldBe("result");
        var result = turn.Events[^1];
        result.GetProperty("subtype").GetString().ShouldBe("success");
        result.GetProperty("is_error").GetBoolean().ShouldBeFalse(turn.Said);
        var usage = result.GetProperty("usage");
        usage.GetProperty("output_tokens").GetInt64().ShouldBe(TokensOf(turn, "completion_tokens"));
        (usage.GetProperty("input_tokens").GetInt64() + usage.GetProperty("cache_read_input_tokens").GetInt64()).ShouldBe(TokensOf(turn, "prompt_tokens"));
    }

    [Fact]
    public async Task Opencode_completes_a_turn_over_chat_completions()
    {
        var turn = await TurnAsync<Opencode>();
        turn.EndedWell.ShouldBeTrue(turn.Said);
        turn.Types[0].ShouldBe("step_start");
        turn.Types[^1].ShouldBe("step_finish");
        turn.Types.ShouldNotContain("error", turn.Said);
        var tokens = turn.Events[^1].GetProperty("part").GetProperty("tokens");
        tokens.GetProperty("input").GetInt64().ShouldBeGreaterThan(1000);
    }

    private static async Task<AgentTurn> TurnAsync<T>()
        where T : IAgent => await (await Fixture.RunAsync()).TurnAsync(AgentTurn.Agents.OfType<T>().Single());

    private static long TokensOf(AgentTurn turn, string kind) => turn.Requests.Sum(request => request.GetProperty(kind).GetInt64());
}
