using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Config;
using Lockkeeper.Core.Models;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Wire;

public sealed class ShapeScanTests
{
    [Theory]
    [InlineData("""{"model":"m"}""", """{"model":"m","temperature":0.7}""")]
    [InlineData("""{"model":"m","temperature":0}""", """{"model":"m","temperature":0}""")]
    [InlineData("""{"temperature":null,"model":"m"}""", """{"temperature":null,"model":"m"}""")]
    [InlineData("""{ "x": {"temperature":1}, "model" : "m" }""", """{ "x": {"temperature":1}, "model" : "m","temperature":0.7 }""")]
    public void A_default_is_for_requests_that_do_not_say(string body, string expected) =>
        Shaped(body, new RequestShaping { Defaults = Fields(("temperature", "0.7")) }).ShouldBe(expected);

    [Theory]
    [InlineData("""{"model":"m"}""", """{"model":"m","seed":1}""")]
    [InlineData("""{"seed":7,"model":"m"}""", """{"seed":1,"model":"m"}""")]
    [InlineData("""{"model":"m", "seed" : [7] , "n":1}""", """{"model":"m", "seed" : 1 , "n":1}""")]
    public void What_is_set_holds_for_all(string body, string expected) => Shaped(body, new RequestShaping { Set = Fields(("seed", "1")) }).ShouldBe(expected);

    [Theory]
    [InlineData("""{"a":1,"model":"m"}""", """{"model":"m"}""")]
    [InlineData("""{"a":1,"b":2,"model":"m"}""", """{"model":"m"}""")]
    [InlineData("""{"a":1,"x":0,"b":2,"model":"m"}""", """{"x":0,"model":"m"}""")]
    [InlineData("""{"model":"m","a":1}""", """{"model":"m"}""")]
    [InlineData("""{"model":"m","a":1,"b":[1,{}]}""", """{"model":"m"}""")]
    [InlineData("""{"model":"m", "a":1, "x":0, "b":2 }""", """{"model":"m", "x":0 }""")]
    [InlineData("""{"a":1,"priority":2,"model":"m","priority2":1,"b":2}""", """{"model":"m","priority2":1}""")]
    public void What_is_stripped_goes_with_its_comma(string body, string expected) => Shaped(body, new RequestShaping { Strip = ["a", "b"] }).ShouldBe(expected);

    [Theory]
    [InlineData("""{"model":"m","top_p":2,"temperature":-1}""", """{"model":"m","top_p":1,"temperature":0}""")]
    [InlineData("""{"model":"m","top_p":0.5,"temperature":5}""", """{"model":"m","top_p":0.5,"temperature":1.5}""")]
    [InlineData("""{"model":"m","top_p":"2"}""", """{"model":"m","top_p":"2"}""")]
    public void Numbers_are_kept_within_their_bounds(string body, string expected) =>
        Shaped(body, new RequestShaping { Clamp = Fields(("top_p", "1"), ("temperature", """{"min":0,"max":1.5}""")) }).ShouldBe(expected);

    [Theory]
    [InlineData("""{"model":"m"}""", """{"model":"m","max_tokens":64}""")]
    [InlineData("""{"model":"m","max_tokens":9000}""", """{"model":"m","max_tokens":64}""")]
    [InlineData("""{"model":"m","max_tokens":-1}""", """{"model":"m","max_tokens":64}""")]
    [InlineData("""{"model":"m","max_completion_tokens":9000}""", """{"model":"m","max_completion_tokens":64}""")]
    [InlineData("""{"model":"m","max_tokens":9}""", """{"model":"m","max_tokens":9}""")]
    [InlineData("""{"model":"m","max_tokens":2}""", """{"model":"m","max_tokens":4}""")]
    public void A_bound_of_tokens_holds_whatever_name_the_client_has_for_it(string body, string expected) =>
        Shaped(body, new RequestShaping { Clamp = Fields(("max_tokens", """{"min":4,"max":64}""")) }).ShouldBe(expected);

    [Theory]
    [InlineData("""{"model":"m"}""", 32, """{"model":"m","max_tokens":32}""")]
    [InlineData("""{"model":"m","max_tokens":5000}""", 32, """{"model":"m","max_tokens":32}""")]
    [InlineData("""{"model":"m"}""", 500, """{"model":"m","max_tokens":100}""")]
    [InlineData("""{"model":"m","max_completion_tokens":7}""", 500, """{"model":"m","max_completion_tokens":7}""")]
    public void Pressure_caps_what_the_model_gives_too(string body, int cap, string expected) =>
        Shaped(body, new RequestShaping { Defaults = Fields(("max_tokens", "100")) }, cap: cap).ShouldBe(expected);

    [Theory]
    [InlineData("""{"model":"m"}""", """{"model":"m","chat_template_kwargs":{"a":1}}""")]
    [InlineData("""{"model":"m","chat_template_kwargs":{"b":2}}""", """{"model":"m","chat_template_kwargs":{"b":2}}""")]
    [InlineData("""{"model":"m","chat_template_kwargs":null}""", """{"model":"m","chat_template_kwargs":null}""")]
    public void Template_arguments_are_given_only_where_the_key_is_absent(string body, string expected) =>
        Shaped(body, new RequestShaping { ChatTemplateKwargs = Fields(("a", "1")) }).ShouldBe(expected);

    [Theory]
    [InlineData("""{"model":"m","max_tokens":99}""", """{"model":"m","chat_template_kwargs":{"a":1,"enable_thinking":false},"max_tokens":99}""")]
    [InlineData("""{"model":"m","max_tokens":100}""", """{"model":"m","chat_template_kwargs":{"a":1},"max_tokens":100}""")]
    [InlineData("""{"model":"m"}""", """{"model":"m","chat_template_kwargs":{"a":1}}""")]
    [InlineData("""{"model":"m","max_tokens":-1}""", """{"model":"m","chat_template_kwargs":{"a":1},"max_tokens":-1}""")]
    [InlineData("""{"model":"m","max_completion_tokens":9,"max_tokens":900}""", """{"model":"m","chat_template_kwargs":{"a":1,"enable_thinking":false},"max_completion_tokens":9,"max_tokens":900}""")]
    [InlineData("""{"model":"m","max_tokens":9,"chat_template_kwargs":{"b":2}}""", """{"model":"m","max_tokens":9,"chat_template_kwargs":{"enable_thinking":false,"b":2}}""")]
    [InlineData("""{"model":"m","max_tokens":9,"chat_template_kwargs":{}}""", """{"model":"m","max_tokens":9,"chat_template_kwargs":{"enable_thinking":false}}""")]
    [InlineData("""{"model":"m","max_tokens":9,"chat_template_kwargs":null}""", """{"model":"m","max_tokens":9,"chat_template_kwargs":{"enable_thinking":false}}""")]
    [InlineData("""{"model":"m","max_tokens":9,"chat_template_kwargs":{"enable_thinking":true}}""", """{"model":"m","max_tokens":9,"chat_template_kwargs":{"enable_thinking":true}}""")]
    [InlineData("""{"model":"m","max_tokens":9,"enable_thinking":true}""", """{"model":"m","chat_template_kwargs":{"a":1},"max_tokens":9,"enable_thinking":true}""")]
    public void Thinking_is_off_where_there_are_too_few_tokens_for_it_and_the_client_has_not_decided(string body, string expected) =>
        Shaped(body, new RequestShaping { ChatTemplateKwargs = Fields(("a", "1")), ThinkingOffBelow = 100 }).ShouldBe(expected);

    [Fact]
    public void A_lowered_budget_counts_for_thinking_too() =>
        Shaped("""{"model":"m"}""", new RequestShaping { ThinkingOffBelow = 100, Clamp = Fields(("max_tokens", "64")) })
            .ShouldBe("""{"model":"m","chat_template_kwargs":{"enable_thinking":false},"max_tokens":64}""");

    [Fact]
    public void Only_a_chat_has_templates() =>
        Shaped("""{"model":"m","max_tokens":9}""", new RequestShaping { ThinkingOffBelow = 100, Thinking = true, ChatTemplateKwargs = Fields(("a", "1")) }, isChat: false)
            .ShouldBe("""{"model":"m","max_tokens":9}""");

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"12345"}]}""", 5)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"h\u00e9\n\ud83d\ude00é"}]}""", 5)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"ab"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""", 2)]
    [InlineData("""{"model":"m","prompt":["ab","cde"],"suffix":"not counted"}""", 5)]
    [InlineData("""{"model":"m","instructions":"a","input":[{"content":"bc"}]}""", 3)]
    public void The_length_of_a_prompt_is_that_of_its_texts(string body, int characters)
    {
        Refusal(body, characters).ShouldBeNull();
        Refusal(body, characters - 1).ShouldBeOfType<RouterError.PromptTooLong>().Message.ShouldContain($"has {characters} characters");
    }

    [Fact]
    public void Any_shape_of_any_body_is_what_editing_the_document_gives_however_it_is_cut() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(Arb.From(Requests()), request =>
        {
            var (body, shaping, cut) = request;
            var document = JsonNode.Parse(body)!.AsObject();
            foreach (var name in shaping.Strip)
            {
                document.Remove(name);
            }

            foreach (var (name, value) in shaping.Defaults.Where(field => !document.ContainsKey(field.Key)))
            {
                document[name] = JsonNode.Parse(value);
            }

            foreach (var (name, value) in shaping.Set)
            {
                document[name] = JsonNode.Parse(value);
            }

            document.Remove("priority");
            JsonNode.DeepEquals(JsonNode.Parse(Shaped(body, shaping, cut: cut)), document).ShouldBeTrue($"{body} with {string.Join(' ', shaping.Strip)} / {string.Join(' ', shaping.Set)} / {string.Join(' ', shaping.Defaults)}: {Shaped(body, shaping)}");
        }));

    private static Gen<(string Body, RequestShaping Shaping, int Cut)> Requests()
    {
        var names = Gen.Elements("a", "b", "c", "d", "priority");
        var member = from name in names from value in Gen.Elements("1", "\"x\"", "{\"a\":[1,2]}", "null", "[]") select (name, value: name == "priority" ? "1" : value);
        var fields = from given in Gen.SubListOf<string>(["a", "b", "c", "d", "e"]) from value in Gen.Elements("0", "\"v\"", "{\"k\":1}") select Fields([.. given.Select(name => (name, value))]);
        return from members in Gen.ListOf(member)
               from place in Gen.Choose(0, 5)
               from gap in Gen.Elements("", " ", "\n  ")
               from set in fields
               from defaults in fields
               from strip in Gen.SubListOf<string>(["a", "b", "c", "d"])
               from cut in Gen.Choose(1, 40)
               let all = members.DistinctBy(given => given.name).Select(given => $"\"{given.name}\"{gap}:{gap}{given.value}").ToList()
               let _ = Insert(all, Math.Min(place, all.Count))
               select ($"{{{gap}{string.Join($"{gap},{gap}", all)}{gap}}}", new RequestShaping { Set = set, Defaults = defaults, Strip = [.. strip] }, cut);
    }

    private static bool Insert(List<string> members, int place)
    {
        members.Insert(place, "\"model\":\"m\"");
        return true;
    }

    private static RouterError? Refusal(string body, int most)
    {
        var bytes = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body));
        BodyPeek.Scan(bytes).Holds(out var peek, out _).ShouldBeTrue();
        return BodyEdits.For(peek, bytes, "m", RequestShape.Of(new RequestShaping { MaxPromptChars = most }), new ShapeScan.Purpose(true, true, false, null)).Error;
    }

    private static string Shaped(string body, RequestShaping shaping, int? cap = null, bool isChat = true, int cut = int.MaxValue)
    {
        var bytes = Pieces.Of(Encoding.UTF8.GetBytes(body), cut);
        BodyPeek.Scan(bytes).Holds(out var peek, out var invalid).ShouldBeTrue(invalid?.Message);
        BodyEdits.For(peek, bytes, "m", RequestShape.Of(shaping), new ShapeScan.Purpose(isChat, IsGeneration: true, KeepWholePriority: false, cap)).Holds(out var edits, out _).ShouldBeTrue();
        var shaped = Encoding.UTF8.GetString([.. edits.Apply(bytes).SelectMany(piece => piece.ToArray())]);
        (Encoding.UTF8.GetByteCount(body) + edits.Growth).ShouldBe(Encoding.UTF8.GetByteCount(shaped));
        return shaped;
    }

    private static JsonFields Fields(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
}
