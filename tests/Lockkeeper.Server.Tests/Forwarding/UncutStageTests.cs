using System.Buffers;
using System.Text;
using Lockkeeper.Core.Wire;
using Lockkeeper.Server.Forwarding;
using Lockkeeper.Testing;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Forwarding;

public sealed class UncutStageTests
{
    [Theory]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n", "middle")]
    [InlineData("", "first byte")]
    public void A_stream_that_does_not_come_to_its_end_is_the_engines_failure(string stream, string says) =>
        Should.Throw<InvalidDataException>(() => Pass(stream, BodyFraming.Events)).Message.ShouldContain(says);

    [Fact]
    public void A_whole_answer_without_a_byte_is_the_engines_failure() =>
        Should.Throw<InvalidDataException>(() => Pass("", BodyFraming.Whole));

    [Theory]
    [InlineData("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n")]
    [InlineData("data: {\"error\":{\"message\":\"no\"}}\n\n")]
    public void A_stream_that_comes_to_its_end_passes_as_it_is(string stream) => Pass(stream, BodyFraming.Events).ShouldBe(stream);

    [Fact]
    public void A_whole_answer_passes_as_it_is() => Pass("{\"object\":\"list\"}", BodyFraming.Whole).ShouldBe("{\"object\":\"list\"}");

    private static string Pass(string answer, BodyFraming framing)
    {
        var tap = new StreamTap(new ManualTime());
        tap.Begin();
        var stage = new UncutStage(new ModelRewriter(framing, "m"), framing, tap);
        var output = new ArrayBufferWriter<byte>();
        if (answer.Length > 0)
        {
            tap.Observe(Encoding.UTF8.GetBytes(answer));
            stage.Pass(Encoding.UTF8.GetBytes(answer), output);
        }

        stage.Complete(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
