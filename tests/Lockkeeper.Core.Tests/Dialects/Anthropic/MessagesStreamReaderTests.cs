using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Anthropic;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Anthropic;

public sealed class MessagesStreamReaderTests
{
    /// <summary>As the API sends it, with things that it may send and that mean nothing to others.</summary>
    private const string Stream = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":5,"cache_creation_input_tokens":2,"cache_read_input_tokens":15,"output_tokens":1}}}

        event: ping
        data: {"type": "ping"}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hmm \ud83d"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"\ude00"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s1g"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"c2Vj"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: content_block_start
        data: {"content_block":{"text":"","type":"text"},"index":2,"type":"content_block_start"}

        event: content_block_delta
        data: {"delta":{"text":"Grüße \"du\"\n","type":"text_delta"},"index":2,"type":"content_block_delta"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"cited_text":"no","type":"x"}}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":2}

        event: content_block_start
        data: {"type":"content_block_start","index":3,"content_block":{"type":"server_tool_use","id":"srv","name":"web_search","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"query\":\"x\"}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":3}

        event: content_block_start
        data: {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_1","name":"ls","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\"path\":"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"\"/\"}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":4}

        event: content_block_start
        data: {"type":"content_block_start","index":5,"content_block":{"type":"tool_use","id":"toolu_2","name":"pwd","input":{"at":"ä"}}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":5}

        event: something_new
        data: {"type":"something_new","delta":{"text":"no"}}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private static readonly string[] Told =
    [
        "begin", "reasoning: Hmm ", "reasoning: 😀", "signature: s1g", "signature: redacted:c2Vj", "text: Grüße \"du\"\n",
        "call 0 'toolu_1' ls", "arguments 0: {\"path\":", "arguments 0: \"/\"}", "call 1 'toolu_2' pwd", "arguments 1: {\"at\":\"ä\"}", "end ToolCalls 22+9 cached 15 reasoning 4",
    ];

    private static readonly AnthropicEngine Engine = new();

    [Fact]
    public void An_answer_is_told_in_its_order() => Transcript.Of(Engine, Encoding.UTF8.GetBytes(Stream), int.MaxValue).Pieces.ShouldBe(Told);

    [Fact]
    public void Any_split_of_the_bytes_gives_the_same_telling() =>
        Prop.ForAll(Gen.Choose(1, 400).ToArbitrary(), size => Transcript.Of(Engine, Encoding.UTF8.GetBytes(Stream), size).Pieces.SequenceEqual(Told)).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_written_for_clients_is_read_as_it_was_told()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var told = new Transcript();
        var writer = new MessagesStream(output, new AnswerNaming("m", "r", DateTimeOffset.UnixEpoch), stops: []);
        writer.Begin();
        writer.Text("a");
        writer.ToolCall(0, "t", "ls");
        writer.Arguments(0, "{}");
        writer.End(new AnswerEnd(AnswerFinish.ToolCalls, new TokenUsage(3, 4)));
        var reader = Engine.ReadStream(told);
        reader.Read(output.WrittenSpan);
        reader.Complete();
        told.Pieces.ShouldBe(["begin", "text: a", "call 0 't' ls", "arguments 0: {}", "end ToolCalls 3+4 cached  reasoning "]);
    }

    [Theory]
    [InlineData("end_turn", "null", "end Stop")]
    [InlineData("stop_sequence", "\"END\"", "end Stop 'END'")]
    [InlineData("max_tokens", "null", "end Length")]
    [InlineData("model_context_window_exceeded", "null", "end Length")]
    [InlineData("refusal", "null", "end Filtered")]
    [InlineData("pause_turn", "null", "end Stop")]
    [InlineData("something_new", "null", "end Stop")]
    public void Every_reason_to_stop_has_its_finish(string reason, string stop, string end)
    {
        var stream = $$"""
            data: {"delta":{"stop_sequence":{{stop}},"stop_reason":"{{reason}}"},"type":"message_delta"}

            data: {"type":"message_stop"}


            """;
        Transcript.Of(Engine, Encoding.UTF8.GetBytes(stream), 5).Pieces.ShouldBe(["begin", end]);
    }

    [Fact]
    public void An_error_within_the_stream_is_told_with_the_status_of_its_kind()
    {
        var stream = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        Transcript.Of(Engine, Encoding.UTF8.GetBytes(stream), 3).Pieces.ShouldBe(["fail 529 overloaded_error: Overloaded"]);
    }

    [Theory]
    [InlineData("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n\n", "a stream that broke off before 'message_stop'")]
    [InlineData("data: {\"type\":\n\n", "an event whose data are not JSON")]
    public void What_is_no_such_stream_is_refused(string stream, string why) =>
        Should.Throw<InvalidDataException>(() => Transcript.Of(Engine, Encoding.UTF8.GetBytes(stream), 4)).Message.ShouldBe(why);

    [Fact]
    public void A_name_with_half_a_character_in_it_is_passed_over()
    {
        var stream = """
            data: {"\ud83d":1,"type":"message_start","message":{"\ud83d":1,"usage":{"\ud83d":1}}}

            data: {"type":"content_block_start","index":0,"content_block":{"\ud83d":1,"type":"text","text":""}}

            data: {"type":"content_block_delta","index":0,"delta":{"\ud83d":1,"type":"text_delta","text":"a"}}

            data: {"type":"message_delta","delta":{"\ud83d":1,"stop_reason":"end_turn"}}

            data: {"type":"message_stop"}


            """;
        Transcript.Of(Engine, Encoding.UTF8.GetBytes(stream), 7).Pieces.ShouldBe(["begin", "text: a", "end Stop"]);
    }
}
