using System.ClientModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Lockkeeper.Testing;
using OpenAI.Chat;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>What a newcomer gets: no configuration, two demo models on the built-in engine, the SDK they use already.</summary>
public sealed class DemoModelsTests(DemoModelsTests.Router router) : IClassFixture<DemoModelsTests.Router>
{
    private const string Sum = "What is 2+2?";
    private const string Poem = "Write a short poem about the sea.";

    private readonly LockkeeperProcess _lockkeeper = router.Lockkeeper;

    [Fact]
    public async Task Two_and_two_is_four()
    {
        var answer = await AskAsync("demo-guide", Sum);
        answer.Content[0].Text.ShouldContain("4");
        answer.Model.ShouldBe("demo-guide");
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
        answer.Usage.InputTokenCount.ShouldBeGreaterThan(0);
        answer.Usage.OutputTokenCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_same_streamed_is_the_same()
    {
        var whole = await AskAsync("demo-guide", Sum);
        var text = new StringBuilder();
        var updates = 0;
        await foreach (var update in _lockkeeper.Sdk("demo-guide").CompleteChatStreamingAsync([new UserChatMessage(Sum)], Exact))
        {
            updates++;
            text.AppendJoin("", update.ContentUpdate.Select(part => part.Text));
        }

        text.ToString().ShouldBe(whole.Content[0].Text);
        text.ToString().ShouldContain("4");
        updates.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_poem_needs_the_poet_and_the_guide_comes_back()
    {
        (await AskAsync("demo-guide", Sum)).Content[0].Text.ShouldContain("4");
        var guide = _lockkeeper.Engines.ShouldHaveSingleItem();
        guide.Model.ShouldBe("demo-guide");

        var poem = await AskAsync("demo-poet", Poem);
        poem.Model.ShouldBe("demo-poet");
        poem.Content[0].Text.Length.ShouldBeGreaterThan(20);
        ProcessTable.IsAlive(guide.Pid).ShouldBeFalse();
        _lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("demo-poet");

        (await AskAsync("demo-guide", Sum)).Content[0].Text.ShouldContain("4");
        _lockkeeper.Engines.ShouldHaveSingleItem().Model.ShouldBe("demo-guide");
    }

    [Fact]
    public async Task An_unknown_model_is_404_in_the_words_of_the_SDK()
    {
        var before = _lockkeeper.Engines;
        var refused = await Should.ThrowAsync<ClientResultException>(() => AskAsync("demo-gide", Sum));
        refused.Status.ShouldBe(404);
        refused.Message.ShouldContain("model_not_found");
        var error = JsonElement.Parse(refused.GetRawResponse()!.Content).GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("model_not_found");
        error.GetProperty("param").GetString().ShouldBe("model");
        error.GetProperty("message").GetString()!.ShouldContain("demo-guide");
        _lockkeeper.Engines.ShouldBe(before, "nothing was started or stopped for it");
    }

    [Fact]
    public async Task Twenty_at_once_are_all_answered_by_the_right_model_one_engine_at_a_time()
    {
        await using var watch = new EngineWatch(_lockkeeper);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var model = i % 2 == 0 ? "demo-guide" : "demo-poet";
            return (Asked: model, Answer: await AskAsync(model, model == "demo-guide" ? Sum : Poem));
        }));

        answers.Length.ShouldBe(20);
        answers.ShouldAllBe(pair => pair.Answer.Model == pair.Asked);
        answers.Where(pair => pair.Asked == "demo-guide").ShouldAllBe(pair => pair.Answer.Content[0].Text.Contains('4'));
        answers.Where(pair => pair.Asked == "demo-poet").ShouldAllBe(pair => !pair.Answer.Content[0].Text.Contains('4') && pair.Answer.Content[0].Text.Length > 20);
        watch.Models.ShouldBe(["demo-guide", "demo-poet"], ignoreOrder: true);
        watch.MostAtOnce.ShouldBe(1, $"{watch.Looks} looks at the process table");
    }

    [Fact]
    public async Task Both_models_are_listed_and_the_curl_lines_it_prints_work()
    {
        using var models = await _lockkeeper.GetAsync("/v1/models");
        JsonElement.Parse(await models.Content.ReadAsStringAsync()).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString())
            .ShouldBe(["demo-guide", "demo-poet"]);

        await _lockkeeper.SaysAsync("Write a haiku about rain."); // of the last line
        var lines = _lockkeeper.Output.Select(line => line.Trim()).Where(line => line.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        lines.Count.ShouldBe(2, _lockkeeper.Said);
        foreach (var line in lines)
        {
            using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var answer = await shell.StandardOutput.ReadToEndAsync();
            await shell.WaitForExitAsync();
            shell.ExitCode.ShouldBe(0, line);
            answer.ShouldContain("chat.completion", customMessage: line);
        }
    }

    /// <summary>Temperature 0: the same answer each time.</summary>
    private static ChatCompletionOptions Exact => new() { Temperature = 0, MaxOutputTokenCount = 200 };

    private async Task<ChatCompletion> AskAsync(string model, string question) =>
        await _lockkeeper.Sdk(model).CompleteChatAsync([new UserChatMessage(question)], Exact);

    /// <summary>Without a configuration.</summary>
    public sealed class Router() : SharedRouter((string?)null);
}
