using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Responses;

public sealed class ResponsesAnswerTests
{
    [Fact]
    public void Everything_is_in_one_object()
    {
        var output = new ArrayBufferWriter<byte>();
        var answer = ResponsesRequestReaderTests.ReadChat("""{"model":"m","input":"x"}""").ToWhole(output, new AnswerNaming("m", "r1", DateTimeOffset.UnixEpoch));

        answer.Begin();
        answer.Reasoning("h");
        answer.Reasoning("m");
        answer.Text("a\ud83d");
        answer.Text("\ude42");
        answer.ToolCall(0, "c1", "f");
        answer.Arguments(0, "{}");
        answer.End(new AnswerEnd(AnswerFinish.ToolCalls, new TokenUsage(1, 2)));

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("""{"id":"resp_r1","object":"response","created_at":0,"status":"completed","error":null,"incomplete_details":null,"instructions":null,"max_output_tokens":null,"model":"m","output":["""
            + """{"id":"rs_r1_0","type":"reasoning","status":"completed","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},"""
            + """{"id":"msg_r1_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"a🙂","annotations":[],"logprobs":[]}]},"""
            + """{"id":"fc_r1_2","type":"function_call","call_id":"c1","name":"f","status":"completed","arguments":"{}"}"""
            + """],"previous_response_id":null,"store":false,"parallel_tool_calls":true,"reasoning":{"effort":null,"summary":null},"temperature":null,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"""
            + "\"top_p\":null,\"truncation\":\"disabled\",\"usage\":"
            + """{"input_tokens":1,"input_tokens_details":{"cached_tokens":0},"output_tokens":2,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":3},"user":null,"metadata":{}}""");
    }

    [Fact]
    public void A_call_of_a_freeform_tool_is_given_back_as_its_input()
    {
        var output = new ArrayBufferWriter<byte>();
        var answer = ResponsesRequestReaderTests.ReadChat("""{"model":"m","input":"x","tools":[{"type":"custom","name":"patch"}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[]}}""")
            .ToWhole(output, new AnswerNaming("m", "r1", DateTimeOffset.UnixEpoch));

        answer.ToolCall(0, "c1", "patch");
        answer.Arguments(0, """{"input":"*** \"a\"\n\u00""");
        answer.Arguments(0, """e9"}""");
        answer.ToolCall(1, "c2", "patch");
        answer.Arguments(1, "[1]");
        answer.End(new AnswerEnd(AnswerFinish.ToolCalls, null));

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldContain("\"output\":["
            + """{"id":"ctc_r1_0","type":"custom_tool_call","call_id":"c1","name":"patch","status":"completed","input":"*** \"a\"\né"},"""
            + """{"id":"ctc_r1_1","type":"custom_tool_call","call_id":"c2","name":"patch","status":"completed","input":"[1]"}],""");
    }

    [Fact]
    public void A_cut_answer_says_so()
    {
        var output = new ArrayBufferWriter<byte>();
        var answer = ResponsesRequestReaderTests.ReadChat("""{"model":"m","input":"x"}""").ToWhole(output, new AnswerNaming("m", "r1", DateTimeOffset.UnixEpoch));

        answer.Text("a");
        answer.End(new AnswerEnd(AnswerFinish.Length, null));

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldContain("\"status\":\"incomplete\",\"error\":null,\"incomplete_details\":{\"reason\":\"max_output_tokens\"}");
    }
}
