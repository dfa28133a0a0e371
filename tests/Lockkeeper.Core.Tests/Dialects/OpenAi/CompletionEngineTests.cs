using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects;
using Lockkeeper.Core.Dialects.OpenAi;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class CompletionEngineTests
{
    [Fact]
    public void A_text_to_go_on_with_is_asked_for_so()
    {
        var output = new ArrayBufferWriter<byte>();

        CompletionEngine.WriteRequest(new CompletionTurn { Model = "m", Stream = true, Prompt = "def f(", Suffix = "return x", MaxTokens = 5, Stop = ["\n"], Sampling = new Sampling { Seed = 1 } }, output);

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("""{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"seed":1,"stop":["\n"],"prompt":"def f(","suffix":"return x"}""");
    }

    [Fact]
    public void Its_answer_is_text()
    {
        var told = new Transcript();

        ChatStreamReader.ReadWhole("""{"object":"text_completion","choices":[{"index":0,"text":" x)","finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2}}"""u8, told);

        told.ToString().ShouldBe("begin\ntext:  x)\nend Stop 4+2 cached  reasoning ");
    }
}
