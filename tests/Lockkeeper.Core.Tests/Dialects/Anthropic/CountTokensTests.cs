using System.Buffers;
using System.Text;
using Lockkeeper.Core.Dialects.Anthropic;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.Anthropic;

public sealed class CountTokensTests
{
    [Fact]
    public void A_prompt_is_counted_without_a_word_of_its_answer()
    {
        var body = new ReadOnlySequence<byte>("""{"model":"m","system":"S","messages":[{"role":"user","content":"Hi"}]}"""u8.ToArray());
        CountTokens.Read(body).Holds(out var turn, out _).ShouldBeTrue();
        turn!.Messages.Length.ShouldBe(2);
        turn.MaxTokens.ShouldBeNull();
    }

    [Fact]
    public void The_count_is_all_that_is_answered()
    {
        var output = new ArrayBufferWriter<byte>();
        CountTokens.Write(2095, output);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("""{"input_tokens":2095}""");
    }
}
