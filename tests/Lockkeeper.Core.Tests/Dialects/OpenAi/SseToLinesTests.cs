using System.Buffers;
using System.Text;
using FsCheck.Fluent;
using Lockkeeper.Core.Dialects.OpenAi;
using Shouldly;
using Xunit;

namespace Lockkeeper.Core.Tests.Dialects.OpenAi;

public sealed class SseToLinesTests
{
    private const string Events = ": ping\n\ndata: {\"a\":1}\n\ndata: {\"b\":\r\ndata: 2}\r\n\r\nevent: x\ndata:{\"c\":3}\n\ndata: [DONE]\n\n";

    [Fact]
    public void Events_become_lines_in_any_split() => FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure, Prop.ForAll(Arb.From(Gen.Choose(1, 40)), size =>
    {
        var output = new ArrayBufferWriter<byte>();
        var lines = new SseToLines(output);
        foreach (var piece in Encoding.UTF8.GetBytes(Events).Chunk(size))
        {
            lines.Read(piece);
        }

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("{\"a\":1}\n{\"b\": 2}\n{\"c\":3}\n{\"done\":true}\n");
    }));
}
