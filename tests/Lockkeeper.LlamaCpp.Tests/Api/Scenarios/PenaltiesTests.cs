using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Tests.Api.Scenarios;

/// <summary>What changes the scores of tokens, on the demo model at temperature 0.</summary>
public sealed class PenaltiesTests(DemoEngine demo)
{
    private readonly RunningEngine _engine = demo.Engine;

    [Fact]
    public async Task A_token_may_be_forbidden_or_forced()
    {
        var first = (await _engine.AskAsync(new { content = "hello" }, "/tokenize")).GetProperty("tokens")[0].GetInt32();
        Content(await AskAsync("Say hello", ("logit_bias", new Dictionary<int, int> { [first] = -100 }))).ShouldNotStartWith("he");
        Content(await AskAsync("What is 2+2?", ("logit_bias", new Dictionary<int, int> { [first] = 100 }), ("max_tokens", 3))).ShouldBe("hehehe");
    }

    [Fact]
    public async Task What_was_said_often_is_said_less()
    {
        const string Question = "Count to 20", Name = "frequency_penalty";
        var plain = Content(await AskAsync(Question));
        Content(await AskAsync(Question, (Name, 2), ("repeat_last_n", -1))).ShouldNotBe(plain);
        Content(await AskAsync(Question, (Name, 2), ("repeat_last_n", 0))).ShouldBe(plain, "a window of nothing");
        Content(await AskAsync(Question, (Name, 0))).ShouldBe(plain);
    }

    [Fact]
    public async Task A_repeat_penalty_has_two_names()
    {
        var said = Content(await AskAsync("Count to 20", ("repeat_penalty", 3)));
        said.ShouldNotBe(Content(await AskAsync("Count to 20")));
        Content(await AskAsync("Count to 20", ("repetition_penalty", 3))).ShouldBe(said);
    }

    private static string Content(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    private Task<JsonElement> AskAsync(string question, params (string Name, object? Value)[] more) => _engine.AskAsync(DemoEngine.Ask(question, [("max_tokens", 40), .. more]));
}
