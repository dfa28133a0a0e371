using System.Text.Json;
using Lockkeeper.LlamaCpp.Tests.Models;

namespace Lockkeeper.LlamaCpp.Tests.Api.Scenarios;

/// <summary>Tools with the demo model, which was trained to call one.</summary>
public sealed class ToolsTests(DemoEngine demo)
{
    private const string Call = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"location\": \"Paris\"}}\n</tool_call>";

    private readonly RunningEngine _engine = demo.Engine;

    [Fact]
    public async Task A_question_about_the_weather_becomes_a_call() => Content(await _engine.AskAsync(Ask())).ShouldBe(Call);

    [Fact]
    public async Task So_it_does_in_a_stream() => string.Concat(await _engine.DeltasAsync(Ask(("stream", true)))).ShouldBe(Call);

    [Fact]
    public async Task What_the_tool_returned_becomes_the_answer()
    {
        object[] messages =
        [
            new { role = "user", content = "What is the weather in Paris?" },
            new
            {
                role = "assistant",
                content = (string?)null,
                reasoning_content = "The user wants the weather.",
                tool_calls = new[] { new { id = "call_1", type = "function", function = new { name = "get_weather", arguments = """{"location": "Paris"}""" } } },
            },
            new { role = "tool", tool_call_id = "call_1", content = new[] { new { type = "text", text = "18 degrees and sunny" } } },
        ];
        Content(await _engine.AskAsync(Ask(("messages", messages)))).ShouldBe("The weather in Paris is 18 degrees and sunny.");
    }

    [Theory]
    [InlineData("required")]
    [InlineData("get_weather")]
    public async Task A_call_that_is_demanded_comes_whatever_is_asked(string choice)
    {
        object wanted = choice == "required" ? choice : new { type = "function", function = new { name = choice } };
        var said = Content(await _engine.AskAsync(Ask(
            ("messages", new[] { new { role = "user", content = "What is 2+2?" } }), ("tool_choice", wanted), ("parallel_tool_calls", false), ("temperature", 1.5), ("seed", 3), ("max_tokens", 300))));
        said.ShouldStartWith("<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {");
        said.ShouldEndWith("}\n</tool_call>");
        var call = JsonDocument.Parse(said["<tool_call>".Length..^"</tool_call>".Length]).RootElement;
        call.GetProperty("arguments").GetProperty("location").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Fact]
    public async Task Without_a_choice_a_model_that_is_asked_something_else_answers_it() =>
        Content(await _engine.AskAsync(Ask(("messages", new[] { new { role = "user", content = "What is 2+2?" } }), ("tool_choice", "none")))).ShouldBe("2 + 2 = 4");

    [Fact]
    public async Task A_strict_function_that_cannot_be_enforced_is_refused_and_one_that_promises_nothing_is_not()
    {
        object Tools(bool strict) => new[]
        {
            new { type = "function", function = new { name = "f", strict, parameters = new { type = "object", properties = new { a = new { type = "string", pattern = "^x" } }, required = new[] { "a" } } } },
        };
        var error = await _engine.RefusedAsync(Ask(("tools", Tools(strict: true)), ("tool_choice", "required")));
        error.GetProperty("param").GetString().ShouldBe("tools");
        error.GetProperty("message").GetString()!.ShouldContain("'f.parameters.properties.a.pattern'");
        Content(await _engine.AskAsync(Ask(("tools", Tools(strict: false)), ("tool_choice", "required"), ("max_tokens", 300)))).ShouldStartWith("<tool_call>\n{\"name\": \"f\", \"arguments\": {");
    }

    [Fact]
    public async Task A_model_whose_template_has_no_place_for_tools_refuses_them()
    {
        using var file = RandomModel.Write(seed: 41);
        await using var engine = await RunningEngine.ReadyAsync(file.Path);
        (await engine.RefusedAsync(Ask())).GetProperty("message").GetString()!.ShouldContain("a place for tools");
        (await engine.RefusedAsync(DemoEngine.Ask("x", ("messages", new[] { new { role = "tool", content = "x" } })))).GetProperty("param").GetString().ShouldBe("messages[0]");
    }

    private static Dictionary<string, object?> Ask(params (string Name, object? Value)[] more)
    {
        var weather = new
        {
            type = "function",
            function = new
            {
                name = "get_weather",
                description = "Get the current weather for a location.",
                parameters = new { type = "object", properties = new { location = new { type = "string" } }, required = new[] { "location" } },
            },
        };
        return DemoEngine.Ask("What is the weather in Paris?", [("tools", new[] { weather }), .. more]);
    }

    private static string Content(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
}
