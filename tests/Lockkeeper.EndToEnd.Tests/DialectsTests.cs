using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Lockkeeper.EndToEnd.Tests;

/// <summary>One conversation in every dialect, whole and streamed, on the real built-in engine: the same text, the same calls, the same counts.</summary>
public sealed class DialectsTests(DialectsTests.Router router) : IClassFixture<DialectsTests.Router>
{
    private const string Question = "What is 2+2?";
    private const string Weather = "What is the weather in Paris?";
    private const string Schema = """{"type":"object","properties":{"location":{"type":"string"}},"required":["location"]}""";

    public static TheoryData<string, bool> Dialects =>
    [
        .. from dialect in (string[])["openai", "responses", "anthropic", "ollama"] from stream in (bool[])[false, true] select new TheoryDataRow<string, bool>(dialect, stream),
    ];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Text_is_the_same_in_every_dialect(string dialect, bool stream)
    {
        var said = await SayAsync(dialect, stream, Question, tools: false);
        said.Text.ShouldBe("2 + 2 = 4");
        said.Calls.ShouldBeEmpty();
        said.Finish.ShouldBe("stop");

        var plain = await SayAsync("openai", stream: false, Question, tools: false);
        said.Tokens.ShouldBe(plain.Tokens);
        said.Model.ShouldBe("demo-guide");
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_call_is_the_same_in_every_dialect(string dialect, bool stream)
    {
        var said = await SayAsync(dialect, stream, Weather, tools: true);
        said.Text.Trim().ShouldBeEmpty();
        said.Calls.ShouldHaveSingleItem().ShouldBe("""get_weather {"location":"Paris"}""");
        said.Finish.ShouldBe("tool_calls");
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Reasoning_is_told_apart_in_every_dialect(string dialect, bool stream)
    {
        var said = await SayAsync(dialect, stream, "What is 3+4? /think", tools: false);
        said.Text.Trim().ShouldBe("3 + 4 = 7");
        said.Reasoning.Trim().ShouldNotBeEmpty();
        said.Reasoning.ShouldNotContain("think>");
    }

    private async Task<Said> SayAsync(string dialect, bool stream, string question, bool tools)
    {
        var (path, body) = Request(dialect, stream, question, tools);
        using var response = await router.Lockkeeper.PostAsync(path, body.ToJsonString());
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{dialect}: {(int)response.StatusCode} {text}");
        return dialect switch
        {
            "openai" => stream ? Said.OfChunks(Events(text)) : Said.OfCompletion(JsonElement.Parse(text)),
            "responses" => Said.OfResponse(stream ? Events(text).Last().GetProperty("response") : JsonElement.Parse(text)),
            "anthropic" => stream ? Said.OfMessageEvents(Events(text)) : Said.OfMessage(JsonElement.Parse(text)),
            _ => Said.OfOllama([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))]),
        };
    }

    private static (string Path, JsonObject Body) Request(string dialect, bool stream, string question, bool tools)
    {
        JsonArray messages = [new JsonObject { ["role"] = "user", ["content"] = question }];
        var body = new JsonObject { ["model"] = "demo-guide", ["stream"] = stream };
        JsonNode schema = JsonNode.Parse(Schema)!;
        JsonObject function = new() { ["name"] = "get_weather", ["description"] = "Tells the weather.", ["parameters"] = schema };
        body[dialect == "responses" ? "input" : "messages"] = messages;
        switch (dialect)
        {
            case "openai":
                (body["temperature"], body["max_tokens"], body["stream_options"]) = (0, 200, stream ? new JsonObject { ["include_usage"] = true } : null);
                body["tools"] = tools ? new JsonArray(new JsonObject { ["type"] = "function", ["function"] = function }) : null;
                return ("/v1/chat/completions", body);
            case "responses":
                (body["temperature"], body["max_output_tokens"]) = (0, 200);
                function["type"] = "function";
                body["tools"] = tools ? new JsonArray(function) : null;
                return ("/v1/responses", body);
            case "anthropic":
                (body["temperature"], body["max_tokens"]) = (0, 200);
                function.Remove("parameters");
                function["input_schema"] = schema;
                body["tools"] = tools ? new JsonArray(function) : null;
                return ("/v1/messages", body);
            default:
                body["options"] = new JsonObject { ["temperature"] = 0, ["num_predict"] = 200 };
                body["tools"] = tools ? new JsonArray(new JsonObject { ["type"] = "function", ["function"] = function }) : null;
                return ("/api/chat", body);
        }
    }

    private static List<JsonElement> Events(string text) =>
        [.. text.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data: ".Length..]))];

    /// <summary>One for all of them: what they ask changes nothing.</summary>
    public sealed class Router() : SharedRouter((string?)null);

    /// <summary>An answer, whatever its dialect.</summary>
    private sealed record Said(string Text, string Reasoning, IReadOnlyList<string> Calls, string Finish, (int Prompt, int Completion) Tokens, string Model)
    {
        public static Said OfCompletion(JsonElement answer)
        {
            var (message, usage) = (answer.GetProperty("choices")[0].GetProperty("message"), answer.GetProperty("usage"));
            return new Said(
                Str(message, "content"), Str(message, "reasoning_content"),
                [.. Items(message, "tool_calls").Select(call => call.GetProperty("function")).Select(call => Call(Str(call, "name"), Str(call, "arguments")))],
                Str(answer.GetProperty("choices")[0], "finish_reason"), (Num(usage, "prompt_tokens"), Num(usage, "completion_tokens")), Str(answer, "model"));
        }

        public static Said OfChunks(List<JsonElement> chunks)
        {
            var (text, reasoning, arguments) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
            var (name, finish) = ("", "");
            foreach (var choice in chunks.SelectMany(chunk => Items(chunk, "choices")))
            {
                var delta = choice.GetProperty("delta");
                text.Append(Str(delta, "content"));
                reasoning.Append(Str(delta, "reasoning_content"));
                foreach (var call in Items(delta, "tool_calls").Select(call => call.GetProperty("function")))
                {
                    name += Str(call, "name");
                    arguments.Append(Str(call, "arguments"));
                }

                finish += Str(choice, "finish_reason");
            }

            var usage = chunks[^1].GetProperty("usage");
            return new Said(
                text.ToString(), reasoning.ToString(), name.Length == 0 ? [] : [Call(name, arguments.ToString())], finish, (Num(usage, "prompt_tokens"), Num(usage, "completion_tokens")), Str(chunks[0], "model"));
        }

        public static Said OfResponse(JsonElement response)
        {
            var (items, usage) = (Items(response, "output").ToList(), response.GetProperty("usage"));
            List<string> calls = [.. items.Where(item => Str(item, "type") == "function_call").Select(item => Call(Str(item, "name"), Str(item, "arguments")))];
            return new Said(
                string.Concat(items.Where(item => Str(item, "type") == "message").SelectMany(item => Items(item, "content")).Select(part => Str(part, "text"))),
                string.Concat(items.Where(item => Str(item, "type") == "reasoning").SelectMany(item => Items(item, "content").Concat(Items(item, "summary"))).Select(part => Str(part, "text"))),
                calls, calls.Count > 0 ? "tool_calls" : Str(response, "status") == "completed" ? "stop" : Str(response, "status"), (Num(usage, "input_tokens"), Num(usage, "output_tokens")), Str(response, "model"));
        }

        public static Said OfMessage(JsonElement message)
        {
            var (blocks, usage) = (Items(message, "content").ToList(), message.GetProperty("usage"));
            return new Said(
                string.Concat(blocks.Where(block => Str(block, "type") == "text").Select(block => Str(block, "text"))),
                string.Concat(blocks.Where(block => Str(block, "type") == "thinking").Select(block => Str(block, "thinking"))),
                [.. blocks.Where(block => Str(block, "type") == "tool_use").Select(block => Call(Str(block, "name"), block.GetProperty("input").GetRawText()))],
                Finished(Str(message, "stop_reason")), (Num(usage, "input_tokens"), Num(usage, "output_tokens")), Str(message, "model"));
        }

        public static Said OfMessageEvents(List<JsonElement> events)
        {
            string Deltas(string kind, string field) => string.Concat(events.Where(e => Str(e, "type") == "content_block_delta").Select(e => e.GetProperty("delta")).Where(delta => Str(delta, "type") == kind).Select(delta => Str(delta, field)));
            var names = events.Where(e => Str(e, "type") == "content_block_start").Select(e => e.GetProperty("content_block")).Where(block => Str(block, "type") == "tool_use").Select(block => Str(block, "name")).ToList();
            var end = events.Single(e => Str(e, "type") == "message_delta");
            Str(events[^1], "type").ShouldBe("message_stop");
            return new Said(
                Deltas("text_delta", "text"), Deltas("thinking_delta", "thinking"), [.. names.Select(name => Call(name, Deltas("input_json_delta", "partial_json")))],
                Finished(Str(end.GetProperty("delta"), "stop_reason")), (Num(end.GetProperty("usage"), "input_tokens"), Num(end.GetProperty("usage"), "output_tokens")), Str(events.First(e => Str(e, "type") == "message_start").GetProperty("message"), "model"));
        }

        public static Said OfOllama(List<JsonElement> lines)
        {
            var last = lines[^1];
            var messages = lines.Where(line => line.TryGetProperty("message", out _)).Select(line => line.GetProperty("message")).ToList();
            List<string> calls = [.. messages.SelectMany(message => Items(message, "tool_calls")).Select(call => call.GetProperty("function")).Select(call => Call(Str(call, "name"), call.GetProperty("arguments").GetRawText()))];
            last.GetProperty("done").GetBoolean().ShouldBeTrue();
            return new Said(
                string.Concat(messages.Select(message => Str(message, "content"))), string.Concat(messages.Select(message => Str(message, "thinking"))), calls,
                calls.Count > 0 ? "tool_calls" : Str(last, "done_reason"), (Num(last, "prompt_eval_count"), Num(last, "eval_count")), Str(last, "model"));
        }

        private static string Finished(string reason) => reason switch { "end_turn" => "stop", "tool_use" => "tool_calls", _ => reason };

        private static string Call(string name, string arguments) => $"{name} {JsonNode.Parse(arguments)!.ToJsonString()}";

        private static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
            parent.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;

        private static string Str(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

        private static int Num(JsonElement parent, string name) => parent.GetProperty(name).GetInt32();
    }
}
