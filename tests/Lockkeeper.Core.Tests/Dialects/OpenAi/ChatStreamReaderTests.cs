using System.Buffers;
using System.Text;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects.OpenAi;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class ChatStreamReaderTests
{
    private static readonly string Rich = Stream(
        """{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
        """{"choices":[{"index":0,"delta":{"reasoning_content":"hm "},"finish_reason":null}]}""",
        """{"choices":[{"index":0,"delta":{"reasoning":"ja","reasoning_content":""}}]}""",
        """{"choices":[{"delta":{"content":"K\u00f6ln \ud83d"},"index":0},{"index":1,"delta":{"content":"other"}}]}""",
        """{"choices":[{"index":0,"delta":{"content":"\ude42 \"ok\""}}]}""",
        """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}}]}""",
        """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}""",
        """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"}\"}"}}]}}]}""",
        """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"c2","function":{"name":"g","arguments":"{}"}}]}}]}""",
        """{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""",
        """{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}""",
        "[DONE]");

    private const string RichTold = "begin\nreasoning: hm ja\ntext: Köln 🙂 \"ok\"\ncall 0 'c1' f\narguments 0: {\"a\":\"}\"}\ncall 1 'c2' g\narguments 1: {}\nend ToolCalls 5+7 cached 3 reasoning 2";

    [Fact]
    public void A_stream_is_told() => Read(Rich).ShouldBe(RichTold);

    [Fact]
    public void Any_split_tells_the_same() => FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Arb.From(Gen.ArrayOf(Gen.Choose(1, 60))), cuts =>
        Read(Rich, cuts).ShouldBe(RichTold)));

    [Theory]
    [InlineData("number missing", """{"id":"a","function":{"name":"f","arguments":"{}"}}""", """{"id":"b","function":{"name":"f","arguments":"{}"}}""")]
    [InlineData("number always 0", """{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}""", """{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}""")]
    [InlineData("number always 0, no id", """{"index":0,"function":{"name":"f","arguments":"{}"}}""", """{"index":0,"function":{"name":"f","arguments":"{}"}}""")]
    [InlineData("neither", """{"function":{"name":"f","arguments":{}}}""", """{"function":{"name":"f","arguments":{}}}""")]
    public void Calls_are_told_apart_however_an_engine_numbers_them(string accent, string first, string second)
    {
        foreach (var told in (string[])[Read(Stream(Calls(first), Calls(second), "[DONE]")), Read(Stream(Calls($"{first},{second}"), "[DONE]"))])
        {
            var plain = told.Replace("'a'", "''", StringComparison.Ordinal).Replace("'b'", "''", StringComparison.Ordinal);
            plain.ShouldBe("begin\ncall 0 '' f\narguments 0: {}\ncall 1 '' f\narguments 1: {}\nend ToolCalls", accent);
        }
    }

    [Fact]
    public void A_name_that_is_repeated_with_every_piece_is_one_call() => Read(Stream(
        Calls("""{"index":0,"function":{"name":"f","arguments":"{\"a\""}}"""), Calls("""{"index":0,"function":{"name":"f","arguments":":1}"}}"""), "[DONE]"))
        .ShouldBe("begin\ncall 0 '' f\narguments 0: {\"a\":1}\nend ToolCalls");

    [Theory]
    [InlineData("\"\"")]
    [InlineData("null")]
    public void A_call_without_arguments_has_an_empty_object_of_them(string none) => Read(Stream(
        Calls($$$"""{"index":0,"id":"a","function":{"name":"f","arguments":{{{none}}}}},{"index":1,"id":"b","function":{"name":"g"}}"""), "[DONE]"))
        .ShouldBe("begin\ncall 0 'a' f\narguments 0: {}\ncall 1 'b' g\narguments 1: {}\nend ToolCalls");

    [Fact]
    public void An_id_that_comes_before_the_name_is_kept() => Read(Stream(
        Calls("""{"index":0,"id":"a","type":"function"}"""), Calls("""{"index":0,"function":{"name":"f"}}"""), Calls("""{"index":0,"function":{"arguments":"{}"}}"""), "[DONE]"))
        .ShouldBe("begin\ncall 0 'a' f\narguments 0: {}\nend ToolCalls");

    [Fact]
    public void Arguments_may_be_the_object_itself() => Read(Stream(Calls("""{"index":0,"id":"a","function":{"name":"f","arguments":{"a": [1, "x"]}}}"""), "[DONE]"))
        .ShouldBe("begin\ncall 0 'a' f\narguments 0: {\"a\": [1, \"x\"]}\nend ToolCalls");

    [Fact]
    public void The_older_function_call_is_a_call() => Read(Stream(
        """{"choices":[{"index":0,"delta":{"function_call":{"name":"f","arguments":""}}}]}""",
        """{"choices":[{"index":0,"delta":{"function_call":{"arguments":"{}"}}}]}""",
        """{"choices":[{"index":0,"delta":{},"finish_reason":"function_call"}]}"""))
        .ShouldBe("begin\ncall 0 '' f\narguments 0: {}\nend ToolCalls");

    [Theory]
    [InlineData("stop", "Stop")]
    [InlineData("length", "Length")]
    [InlineData("content_filter", "Filtered")]
    [InlineData("eos", "Stop")]
    public void The_end_says_why(string word, string finish) => Read(Stream($$"""{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"{{word}}"}]}""")).ShouldEndWith($"end {finish}");

    [Fact]
    public void The_counts_of_llama_cpp_are_taken_where_there_are_no_others()
    {
        var told = new Transcript();
        var reader = new ChatStreamReader(told);
        reader.Read(Encoding.UTF8.GetBytes(Stream(
            """{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop","stop_reason":"###"}],"timings":{"cache_n":10,"prompt_n":5,"prompt_ms":100.5,"predicted_n":7,"predicted_ms":1000}}""")));
        reader.Complete();

        told.ToString().ShouldEndWith("end Stop '###' 15+7 cached 10 reasoning  100.5+1000 ms");
        told.Ended!.Value.Timings.ShouldBe(new(TimeSpan.FromMilliseconds(100.5), TimeSpan.FromSeconds(1)));
        told.Ended!.Value.StopText.ShouldBe("###");
    }

    [Theory]
    [InlineData("""{"error":{"code":400,"message":"too long","type":"exceed_context_size_error"}}""", "fail 400 exceed_context_size_error: too long")]
    [InlineData("""{"error":"gone"}""", "fail 500 : gone")]
    [InlineData("""{"object":"error","message":"no","type":"BadRequestError","code":400}""", "fail 400 BadRequestError: no")]
    [InlineData("""{"error":{"message":"slow down","type":"rate_limit_error","code":"busy"}}""", "fail 429 busy: slow down")]
    public void An_error_within_the_stream_is_a_failure(string json, string told)
    {
        Read(Stream(json, "[DONE]")).ShouldBe(told);
        Read(Stream("""{"choices":[{"index":0,"delta":{"content":"x"}}]}""", json, """{"choices":[{"index":0,"delta":{"content":"y"}}]}""")).ShouldBe($"begin\ntext: x\n{told}");
    }

    [Fact]
    public void A_stream_without_an_end_is_refused()
    {
        Should.Throw<InvalidDataException>(() => Read(Stream("""{"choices":[{"index":0,"delta":{"content":"x"}}]}"""))).Message.ShouldContain("ended before");
        Should.Throw<InvalidDataException>(() => Read(""));
        Should.Throw<InvalidDataException>(() => Read(Stream("<html>"))).Message.ShouldContain("<html>");
        Should.Throw<InvalidDataException>(() => Read(Stream("[1]")));
    }

    [Fact]
    public void Half_an_emoji_that_stays_alone_is_told_as_it_came() =>
        Read(Stream("""{"choices":[{"index":0,"delta":{"content":"a\ud83d"}}]}""", """{"choices":[{"index":0,"delta":{"reasoning":"b"},"finish_reason":"stop"}]}"""))
            .ShouldBe("begin\ntext: a\ud83d\nreasoning: b\nend Stop");

    [Fact]
    public void A_name_that_is_half_an_emoji_is_passed_over() =>
        Read(Stream("""{"\ud83d":1,"choices":[{"index":0,"\ud83d":1,"delta":{"\ud83d":"x","\u0063ontent":"a"},"finish_reason":"stop"}]}""")).ShouldBe("begin\ntext: a\nend Stop");

    [Fact]
    public void A_piece_costs_no_allocation_on_its_way_to_a_client()
    {
        var output = new ArrayBufferWriter<byte>(4_096);
        var reader = new ChatStreamReader(new ChatStream(output, new("m", "r1", DateTimeOffset.UnixEpoch), includeUsage: true));
        var text = Encoding.UTF8.GetBytes(Stream("""{"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Gr\u00fc\u00dfe","reasoning_content":"hm"},"finish_reason":null}]}"""));
        var call = Encoding.UTF8.GetBytes(Stream(Calls("""{"index":0,"function":{"arguments":"{\"a\":1}"}}""")));
        reader.Read(Encoding.UTF8.GetBytes(Stream(Calls("""{"index":0,"id":"a","function":{"name":"f","arguments":""}}"""))));
        Pass(10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Pass(1_000);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Pass(int times)
        {
            for (var time = 0; time < times; time++)
            {
                reader.Read(text);
                reader.Read(call);
                output.ResetWrittenCount();
            }
        }
    }

    [Fact]
    public void Completions_are_told_as_text() => Read(Stream(
        """{"object":"text_completion","choices":[{"index":0,"text":"a","finish_reason":null}]}""", """{"choices":[{"index":0,"text":"b","finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}""", "[DONE]"))
        .ShouldBe("begin\ntext: ab\nend Length 1+2 cached  reasoning ");

    [Fact]
    public void A_whole_answer_is_told_in_the_same_words()
    {
        var told = new Transcript();

        ChatStreamReader.ReadWhole(Encoding.UTF8.GetBytes("""
            {"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi","reasoning_content":"hm","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
            {"id":"b","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}
            """), told);

        told.ToString().ShouldBe("begin\nreasoning: hm\ntext: hi\ncall 0 'a' f\narguments 0: {}\ncall 1 'b' f\narguments 1: {\"x\":1}\nend ToolCalls 1+2 cached  reasoning ");
        Should.Throw<InvalidDataException>(() => ChatStreamReader.ReadWhole("{}"u8, new Transcript()));
    }

    private static string Calls(string calls) => $$$"""{"choices":[{"index":0,"delta":{"tool_calls":[{{{calls}}}]}}]}""";

    private static string Stream(params string[] events) => string.Concat(events.Select(data => $"data: {data}\n\n"));

    private static string Read(string stream, params int[] cuts)
    {
        var told = new Transcript();
        var reader = new ChatStreamReader(told);
        var bytes = Encoding.UTF8.GetBytes(stream);
        var at = 0;
        foreach (var cut in cuts)
        {
            var length = Math.Min(cut, bytes.Length - at);
            reader.Read(bytes.AsSpan(at, length));
            at += length;
        }

        reader.Read(bytes.AsSpan(at));
        reader.Complete();
        return told.ToString();
    }
}
