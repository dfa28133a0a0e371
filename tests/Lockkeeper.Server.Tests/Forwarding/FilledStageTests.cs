using System.Buffers;
using System.Text;
using Lockkeeper.Server.Forwarding;
using Shouldly;
using Xunit;

namespace Lockkeeper.Server.Tests.Forwarding;

public sealed class FilledStageTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \n", "\r\n\t")]
    public void An_answer_of_nothing_but_white_space_is_the_engines_failure(params string[] pieces) =>
        Should.Throw<InvalidDataException>(() => Pass(pieces)).Message.ShouldBe("its answer is empty (200 text/plain)");

    [Theory]
    [InlineData("", " ", "{}")]
    [InlineData("{}", "", "\n")]
    public void Any_other_goes_on_as_it_came(params string[] pieces) => Pass(pieces).ShouldBe(string.Concat(pieces));

    private static string Pass(string[] pieces)
    {
        var output = new ArrayBufferWriter<byte>();
        var stage = new FilledStage(new GatheredStage((answer, output) => output.Write(answer)), "200 text/plain");
        foreach (var piece in pieces)
        {
            stage.Pass(Encoding.UTF8.GetBytes(piece), output);
        }

        stage.Complete(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
