using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.Query;
using Lockkeeper.Core.Wire;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Query;

public sealed class QueryAnswerTests
{
    private readonly ArrayBufferWriter<byte> _output = new();

    [Fact]
    public void An_answer_is_its_text_without_what_was_thought()
    {
        var answer = new QueryAnswer(_output, isCloud: false);
        answer.Waiting("loading");
        answer.Begin();
        answer.Reasoning("Hm");
        answer.Text("\n\nGrüße ");
        answer.Text("\"du\"");
        answer.End(new AnswerEnd(AnswerFinish.Stop, null));
        Written().ShouldBe(""" {"status":"ok","source":"local","result":"Grüße \"du\""}""");
    }

    [Fact]
    public void Calls_are_in_the_result_as_the_text_of_JSON()
    {
        var answer = new QueryAnswer(_output, isCloud: true);
        answer.Text(" a");
        answer.ToolCall(0, "t1", "ls");
        answer.Arguments(0, "{\"a\":");
        answer.Arguments(0, "1}");
        answer.ToolCall(1, "", "pwd");
        answer.End(new AnswerEnd(AnswerFinish.ToolCalls, null));
        Written().ShouldBe("""{"status":"ok","source":"cloud","result":"{\"text\":\" a\",\"tool_calls\":[{\"id\":\"t1\",\"name\":\"ls\",\"input\":{\"a\":1}},{\"id\":\"call_1\",\"name\":\"pwd\",\"input\":{}}]}"}""");
    }

    [Fact]
    public void An_error_is_said_once()
    {
        var answer = new QueryAnswer(_output, isCloud: false);
        answer.Error(new ErrorText(503, "queue_full", "Full"));
        answer.Fail(new AnswerFailure(500, null, "late"));
        Written().ShouldBe("""{"status":"overloaded","error":"Full","code":"queue_full"}""");
    }

    private string Written() => Encoding.UTF8.GetString(_output.WrittenSpan);
}
