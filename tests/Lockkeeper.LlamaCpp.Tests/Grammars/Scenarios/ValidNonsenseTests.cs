using System.Text.Json;

namespace Lockkeeper.LlamaCpp.Tests.Grammars.Scenarios;

/// <summary>The demo model knows nothing of schemas, and at this temperature of nothing else either: whatever is valid in its answers is the grammar's doing.</summary>
public sealed class ValidNonsenseTests(DemoEngine demo)
{
    private const int Schemas = 60;

    [Fact]
    public async Task What_a_model_says_under_a_schema_is_what_the_schema_allows()
    {
        var finished = 0;
        for (var seed = 0; seed < Schemas; seed++)
        {
            var schema = new RandomSchema(seed).Next();
            var answer = await demo.Engine.AskAsync(DemoEngine.Ask("Say hello",
                ("temperature", 2), ("top_k", 0), ("top_p", 1), ("min_p", 0), ("seed", seed), ("max_tokens", 400),
                ("response_format", new { type = "json_schema", json_schema = new { name = "x", schema, strict = true } })));
            var choice = answer.GetProperty("choices")[0];
            var text = choice.GetProperty("message").GetProperty("content").GetString()!;
            if (choice.GetProperty("finish_reason").GetString() == "length")
            {
                answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(400);
                continue;
            }

            finished++;
            using var value = Parse(text, schema.ToJsonString());
            new SchemaCheck(JsonSerializer.SerializeToElement(schema)).Problem(value.RootElement).ShouldBeNull($"seed {seed}: {schema.ToJsonString()}\n{text}");
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{finished} of {Schemas} came to an end");
        finished.ShouldBeGreaterThan(Schemas / 2, "answers that are cut off prove nothing");
    }

    [Theory]
    [InlineData("""{"type":"json_object"}""")]
    [InlineData("""{"type":"json_object","schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}}""")]
    public async Task A_json_object_is_one(string format)
    {
        using var document = JsonDocument.Parse(format);
        var ends = 0;
        for (var seed = 0; seed < 8; seed++)
        {
            var answer = await demo.Engine.AskAsync(DemoEngine.Ask("Say hello", ("temperature", 1), ("seed", seed), ("max_tokens", 300), ("response_format", document.RootElement)));
            var choice = answer.GetProperty("choices")[0];
            if (choice.GetProperty("finish_reason").GetString() == "stop")
            {
                ends++;
                using var value = Parse(choice.GetProperty("message").GetProperty("content").GetString()!, format);
                value.RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
            }
        }

        ends.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_may_be_left_out_is_there_sometimes_and_what_is_required_always()
    {
        using var schema = JsonDocument.Parse("""{"properties":{"a":{"const":1},"b":{"const":2},"c":{"const":3}},"required":["b"],"additionalProperties":{"const":4}}""");
        HashSet<string> seen = [];
        for (var seed = 0; seed < 40; seed++)
        {
            var answer = await demo.Engine.AskAsync(DemoEngine.Ask("x", ("temperature", 5), ("top_k", 0), ("top_p", 1), ("min_p", 0), ("seed", seed), ("max_tokens", 200), ("json_schema", schema.RootElement)));
            var choice = answer.GetProperty("choices")[0];
            if (choice.GetProperty("finish_reason").GetString() == "stop")
            {
                using var value = Parse(choice.GetProperty("message").GetProperty("content").GetString()!, "");
                seen.Add(string.Concat(value.RootElement.EnumerateObject().Select(member => member.Name is "a" or "b" or "c" ? member.Name : "+").Distinct()));
            }
        }

        seen.ShouldAllBe(names => names.Contains('b'));
        seen.ShouldContain(names => names.Contains('a'));
        seen.ShouldContain(names => !names.Contains('a'));
        seen.ShouldContain(names => names.Contains('+'));
    }

    private static JsonDocument Parse(string text, string schema)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
        }
        catch (JsonException exception)
        {
            throw new ShouldAssertException($"{exception.Message}\n{schema}\n{text}");
        }
    }
}
