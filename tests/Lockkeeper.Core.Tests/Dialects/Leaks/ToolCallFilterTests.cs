using System.Collections.Immutable;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Leaks;
using Lockkeeper.Core.Tests.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Leaks;

public sealed class ToolCallFilterTests
{
    private const string Weather = """
        {"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"},"where":{"type":"object"},"exact":{"type":"boolean"},"limit":{"anyOf":[{"type":"number"},{"type":"null"}]}}}
        """;

    private static readonly ImmutableArray<ToolSpec> Tools = [new("weather", null, Weather), new("now", null, null)];

    [Theory]
    [InlineData("""<tool_call>{"name":"weather","arguments":{"city":"Ulm"}}</tool_call>""", "call 0: weather", """args 0: {"city":"Ulm"}""")]
    [InlineData("\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"a</tool_call>b\"}}\n</tool_call>\n", "call 0: weather", """args 0: {"city": "a</tool_call>b"}""")]
    [InlineData("""Let me see. <tool_call>{"name":"now"}</tool_call>""", "text: Let me see. ", "call 0: now", "args 0: {}")]
    [InlineData(
        """<tool_call>{"name":"now"}</tool_call>""" + "\n" + """<tool_call>{"arguments":{"city":"🙂 \" }"},"name":"weather"}</tool_call>""" + "\nSo.",
        "call 0: now", "args 0: {}", "call 1: weather", """args 1: {"city":"🙂 \" }"}""", "text: \nSo.")]
    [InlineData("""<tool_call>[{"name":"now"},{"name":"weather","parameters":{}}]</tool_call>""", "call 0: now", "args 0: {}", "call 1: weather", "args 1: {}")]
    [InlineData("""<tool_call>{"name":"weather","arguments":"{\"city\":\"Ulm\"}"}</tool_call>""", "call 0: weather", """args 0: {"city":"Ulm"}""")]
    [InlineData("""<tool_call>{"name":"now"}""", "call 0: now", "args 0: {}")]
    [InlineData("""<tool_call>{"name":"now"}</tool_c""", "call 0: now", "args 0: {}")]
    [InlineData("""<tool_call> is a tag. <tool_call>{"name":"now"}</tool_call>""", "text: <tool_call> is a tag. ", "call 0: now", "args 0: {}")]
    public void Hermes_calls_are_told(string text, params string[] expected) => Calls(ToolDialect.Hermes, text, expected);

    [Theory]
    [InlineData("<tool_call>\n<function=now>\n</function>\n</tool_call>", "call 0: now", "args 0: {}")]
    [InlineData(
        "I look.\n<tool_call>\n<function=weather>\n<parameter=city>\nUlm\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
        "text: I look.\n", "call 0: weather", """args 0: {"city":"Ulm","days":3}""")]
    [InlineData(
        "<tool_call><function=weather><parameter=city>12</parameter><parameter=exact>True</parameter><parameter=limit>None</parameter><parameter=where>{\"a\": [1]}</parameter></function></tool_call>",
        "call 0: weather", """args 0: {"city":"12","exact":true,"limit":null,"where":{"a": [1]}}""")]
    [InlineData(
        "<tool_call><function=weather><parameter=days>two</parameter><parameter=other>5</parameter><parameter=city>\n\na <b> & \"c\"\n\n</parameter></function></tool_call>",
        "call 0: weather", """args 0: {"days":"two","other":"5","city":"\na <b> & \"c\"\n"}""")]
    [InlineData("<tool_call><function=now></function><function=now></function></tool_call>", "call 0: now", "args 0: {}", "call 1: now", "args 1: {}")]
    [InlineData("<tool_call><function=now></function>", "call 0: now", "args 0: {}")]
    public void Calls_of_Qwen3_coder_are_told(string text, params string[] expected) => Calls(ToolDialect.Qwen3Coder, text, expected);

    [Theory]
    [InlineData("""<|python_tag|>{"name":"weather","parameters":{"city":"Ulm"}}""", "call 0: weather", """args 0: {"city":"Ulm"}""")]
    [InlineData("""{"name": "weather", "parameters": {"city": "Ulm"}}""", "call 0: weather", """args 0: {"city": "Ulm"}""")]
    [InlineData(""" { "type": "function", "name": "now", "parameters": {}} """, "call 0: now", "args 0: {}")]
    [InlineData("""{"name":"now","parameters":{}}; {"name":"weather","parameters":{"days":2}}""", "call 0: now", "args 0: {}", "call 1: weather", """args 1: {"days":2}""")]
    [InlineData("""Well. <|python_tag|>{"name":"now","parameters":{}};{"name":"now","parameters":{}}""", "text: Well. ", "call 0: now", "args 0: {}", "call 1: now", "args 1: {}")]
    public void Calls_of_Llama_3_are_told(string text, params string[] expected) => Calls(ToolDialect.Llama3, text, expected);

    [Theory]
    [InlineData("""[TOOL_CALLS][{"name":"weather","arguments":{"city":"Ulm"}},{"name":"now","arguments":{}}]""", "call 0: weather", """args 0: {"city":"Ulm"}""", "call 1: now", "args 1: {}")]
    [InlineData("""Well.[TOOL_CALLS] [{"name":"now"}] So.""", "text: Well.", "call 0: now", "args 0: {}", "text:  So.")]
    [InlineData("""[TOOL_CALLS]weather[ARGS]{"city": "Ulm"}""", "call 0: weather", """args 0: {"city": "Ulm"}""")]
    [InlineData("""[TOOL_CALLS]now[ARGS]{}[TOOL_CALLS]weather[CALL_ID]a1b2[ARGS]{"days":1}""", "call 0: now", "args 0: {}", "call 1: weather", """args 1: {"days":1}""")]
    public void Calls_of_Mistral_are_told(string text, params string[] expected) => Calls(ToolDialect.Mistral, text, expected);

    [Theory]
    [InlineData("""<tool_call>{"name":"now"}</tool_call>""")]
    [InlineData("<tool_call><function=now></function></tool_call>")]
    [InlineData("""<|python_tag|>{"name":"now","parameters":{}}""")]
    [InlineData("""{"name":"now","parameters":{}}""")]
    [InlineData("""[TOOL_CALLS][{"name":"now"}]""")]
    [InlineData("[TOOL_CALLS]now[ARGS]{}")]
    public void Any_of_them_is_found_where_that_is_left_open(string text) => Calls(ToolDialect.Auto, text, ["call 0: now", "args 0: {}"]);

    [Fact]
    public void The_first_call_decides_how_the_others_are_written() =>
        Calls(ToolDialect.Auto, """[TOOL_CALLS]now[ARGS]{} <tool_call>{"name":"now"}</tool_call>""", ["call 0: now", "args 0: {}", """text:  <tool_call>{"name":"now"}</tool_call>"""]);

    [Theory]
    [InlineData("""<tool_call>{"name":"unknown","arguments":{}}</tool_call>""")]
    [InlineData("""<tool_call>[{"name":"now"},{"name":"unknown"}]</tool_call>""")]
    [InlineData("""<tool_call>{"name":"now","arguments":[1]}</tool_call>""")]
    [InlineData("""<tool_call>{"name":"now","arguments":"no JSON"}</tool_call>""")]
    [InlineData("""<tool_call>{"name":"now","arguments":{}</tool_call>""")]
    [InlineData("""<tool_call>{"name":"now",}</tool_call> and on""")]
    [InlineData("""<tool_call>{"name":"now"} and on""")]
    [InlineData("""<tool_call>["a"]</tool_call>""")]
    [InlineData("""<tool_call>[]</tool_call>""")]
    [InlineData("""<tool_call>{"name":"now","arguments":{"a":"\ud800""")]
    [InlineData("""<tool_call>{"name":"\ud800"}</tool_call>""")]
    [InlineData("<tool_call>")]
    [InlineData("<tool_call>\n\n")]
    [InlineData("<tool_")]
    [InlineData("a <b <tool <tool_call</tool_call>")]
    [InlineData("<tool_call><function=unknown></function></tool_call>")]
    [InlineData("<tool_call><function=now><parameter=a>1</parameter><parameter=a>2</parameter></function></tool_call>")]
    [InlineData("<tool_call><function=now><parameter=a>never closed</function></tool_call>")]
    [InlineData("<tool_call><function=now></function><fun")]
    [InlineData("<tool_call><function=now>text</function></tool_call>")]
    [InlineData("<tool_call><function=></function></tool_call>")]
    [InlineData("""<|python_tag|>print("hello")""")]
    [InlineData("""<|python_tag|>{"name":"now","parameters":{}} and on""")]
    [InlineData("""{"name":"Ada","age":36}""")]
    [InlineData("""{"name":"now"}""")]
    [InlineData("""{"city":"Ulm","name":"now","parameters":{}}""")]
    [InlineData("""{"name":"now","parameters":{}} is how one calls it""")]
    [InlineData("""So: {"name":"now","parameters":{}}""")]
    [InlineData("""[TOOL_CALLS]unknown[ARGS]{}""")]
    [InlineData("""[TOOL_CALLS]now[ARGS][1]""")]
    [InlineData("""[TOOL_CALLS]now[ARG""")]
    [InlineData("""[TOOL_CALLS]now[CALL_ID]""")]
    [InlineData("""[TOOL_CALLS]""")]
    [InlineData(" \n ")]
    public void What_is_no_call_is_text_as_it_came(string text) =>
        Told.OfEveryCut(Filter(ToolDialect.Auto), text).ShouldBe([$"text: {text}", "end: Stop"]);

    [Fact]
    public void An_answer_in_JSON_is_not_held_to_its_end()
    {
        var told = new Told();
        var filter = Filter(ToolDialect.Auto)(told);
        filter.Text("{\n  \"na");
        told.Texts.ShouldBeEmpty();
        filter.Text("tion\": \"");
        string.Concat(told.Texts).ShouldBe("{\n  \"nation\": \"");
    }

    [Fact]
    public void Text_streams_and_only_what_may_be_a_mark_is_held()
    {
        var told = new Told();
        var filter = Filter(ToolDialect.Hermes)(told);
        filter.Text("a < b <tool");
        told.Texts.ShouldBe(["a < b "]);
        filter.Text("box");
        told.Texts.ShouldBe(["a < b ", "<toolbox"]);
    }

    [Fact]
    public void Ids_are_stable_and_differ_between_calls_and_answers()
    {
        const string Text = """<tool_call>{"name":"now"}</tool_call><tool_call>{"name":"now"}</tool_call>""";
        IReadOnlyList<string> Ids(string seed) => Told.Of(sink => new ToolCallFilter(sink, ToolDialect.Hermes, new KnownTools(Tools, seed)), Text, [7]).Ids;
        Ids("a").ShouldBe(Ids("a"));
        Ids("a").Concat(Ids("b")).Distinct().Count().ShouldBe(4);
        Ids("a").ShouldAllBe(id => id.StartsWith("call_") && id.Length >= 14);
    }

    [Fact]
    public void The_engines_own_calls_are_counted_with_those_that_were_found()
    {
        var told = new Told();
        var filter = Filter(ToolDialect.Hermes)(told);
        filter.Text("""<tool_call>{"name":"now"}</tool_call>""");
        filter.ToolCall(0, "own", "weather");
        filter.Arguments(0, "{}");
        filter.Text("""<tool_call>{"name":"now"}</tool_call>""");
        filter.End(new AnswerEnd(AnswerFinish.Stop, null));
        told.Parts.ShouldBe(["call 0: now", "args 0: {}", "call 1: weather", "args 1: {}", "call 2: now", "args 2: {}", "end: ToolCalls"]);
    }

    [Theory]
    [InlineData("Stop", "ToolCalls")]
    [InlineData("Length", "Length")]
    [InlineData("Filtered", "Filtered")]
    public void An_answer_with_calls_ends_for_them_unless_it_was_cut_off(string finish, string expected) =>
        Told.Of(Filter(ToolDialect.Hermes), """<tool_call>{"name":"now"}</tool_call>""", [5], Enum.Parse<AnswerFinish>(finish)).Parts[^1].ShouldBe($"end: {expected}");

    [Theory]
    [InlineData("<tool_call>{\"name\":\"", "x")]
    [InlineData("<tool_call><function=now><parameter=p>", "<tool_call><function=now><parameter=p>")]
    [InlineData("<tool_call>[\"", "<tool_call>[")]
    [InlineData("{\"name\":\"", "<")]
    [InlineData("", "<tool_call>{\"")]
    [InlineData("", "<")]
    [InlineData("", "<tool_call>")]
    [InlineData("", "[TOOL_CALLS]now[ARGS]{")]
    [InlineData("", " <tool_call>\n")]
    public void Ten_megabytes_that_are_no_call_come_out_whole_and_in_linear_time(string start, string unit)
    {
        var text = start + string.Concat(Enumerable.Repeat(unit, 10_000_000 / unit.Length));
        var told = Told.Of(Filter(ToolDialect.Auto), text, [text.Length]);
        string.Concat(told.Texts).ShouldBe(text);
        var pieces = Told.Of(Filter(ToolDialect.Auto), text, [3, 70, 4_000]);
        string.Concat(pieces.Texts).ShouldBe(text);
    }

    [Theory]
    [InlineData(1_000_000, 1)]
    [InlineData(ToolCallFilter.LongestCall, 0)]
    public void A_call_that_is_too_long_is_text(int length, int calls)
    {
        var text = """<tool_call>{"name":"now","arguments":{"a":"X"}}</tool_call>""".Replace("X", new string('x', length), StringComparison.Ordinal);
        foreach (var lengths in (int[][])[[text.Length], [1_000]])
        {
            Told.Of(Filter(ToolDialect.Hermes), text, lengths).Ids.Count.ShouldBe(calls);
        }
    }

    [Theory]
    [InlineData(60, 1)]
    [InlineData(70, 0)]
    public void A_call_that_is_nested_too_deep_is_text(int depth, int calls)
    {
        var text = """<tool_call>{"name":"now","arguments":{"a":X}}</tool_call>""".Replace("X", new string('[', depth) + new string(']', depth), StringComparison.Ordinal);
        Told.Of(Filter(ToolDialect.Hermes), text, [text.Length]).Ids.Count.ShouldBe(calls);
    }

    [Fact]
    public void Any_cut_tells_the_same_and_text_without_a_call_is_never_changed()
    {
        var texts = Gen.Elements(
            "<tool_call>", "</tool_call>", "{\"name\":\"now\"}", "{\"name\":\"now\",\"parameters\":{}}", "{", "}", ";", "<function=now>", "</function>", "<parameter=a>", "</parameter>",
            "[TOOL_CALLS]", "now[ARGS]", "[", "]", "<|python_tag|>", "\"", "\\", "\n", " ", "<", "x", "🙂").ListOf().Select(parts => string.Concat(parts));
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(texts.ToArbitrary(), Cuts.Lengths.ToArbitrary(), (text, lengths) =>
        {
            var told = Told.Of(Filter(ToolDialect.Auto), text, lengths);
            return told.Parts.SequenceEqual(Told.Of(Filter(ToolDialect.Auto), text, [Math.Max(1, text.Length)]).Parts) && (told.Ids.Count > 0 || string.Concat(told.Texts) == text);
        }));
    }

    private static Func<IAnswerSink, IAnswerSink> Filter(ToolDialect dialect) => sink => new ToolCallFilter(sink, dialect, new KnownTools(Tools, "seed"));

    private static void Calls(ToolDialect dialect, string text, string[] expected) => Told.OfEveryCut(Filter(dialect), text).ShouldBe([.. expected, "end: ToolCalls"]);
}
